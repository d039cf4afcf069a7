// While a title is being typed: own postings that may say the same already. Without JavaScript the same note is shown
// after saving.
(() => {
  "use strict";
  const PAUSE = 500; // ms without a keystroke
  const SHORTEST = 4; // characters from which asking makes sense

  const title = document.querySelector("input[data-similar]");
  const place = document.getElementById("similar");
  if (!title || !place) return;

  let timer;
  let running;

  async function look() {
    if (running) running.abort();
    const text = title.value.trim();
    if (text.length < SHORTEST) {
      place.replaceChildren();
      return;
    }
    running = new AbortController();
    const question = new URLSearchParams({ title: text, except: title.dataset.except });
    try {
      const answer = await fetch(`${title.dataset.similar}?${question}`, { signal: running.signal });
      if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") place.replaceChildren();
    }
  }

  title.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
})();
