// Shows how far a job is, and loads the page again when it is over.
"use strict";
{
  const card = document.querySelector("[data-progress]");
  const bar = card?.querySelector("[data-bar]");
  const step = card?.querySelector("[data-step]");

  const look = async () => {
    try {
      const answer = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const job = await answer.json();
      if (job.over) {
        location.reload();
        return;
      }
      if (job.percent !== null) {
        bar.className = "progress-bar";
        bar.style.width = bar.textContent = `${job.percent}%`;
      }
      if (job.step) step.textContent = job.step;
    } catch {
      // The server is away for a moment: look again.
    }
    setTimeout(look, 1000);
  };

  if (card) look();
}
