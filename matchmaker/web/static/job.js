// Shows how far a job is, and goes on to what came of it when it is over.
"use strict";
{
  const card = document.querySelector("[data-progress]");
  const bar = card?.querySelector("progress");
  const step = card?.querySelector("[data-step]");

  const look = async () => {
    try {
      const answer = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const job = await answer.json();
      if (job.over) {
        // In place of this page: the browser's Back leads to where the job was begun.
        location.replace(card.dataset.outcome);
        return;
      }
      if (job.percent !== null) bar.value = job.percent;
      if (job.step) step.textContent = job.step;
    } catch {
      // The server is away for a moment: look again.
    }
    setTimeout(look, 1000);
  };

  if (card) look();
}
