// Grading with one key: 0 to 3 choose a grade and go on. Without JavaScript, arrow keys and Enter do the same.
(() => {
  "use strict";
  const form = document.getElementById("judging");
  if (!form) return;
  let sent = false;

  document.addEventListener("keydown", (event) => {
    if (sent || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !/^[0-3]$/.test(event.key)) return;
    const choice = form.querySelector(`input[name="grade"][value="${event.key}"]`);
    if (!choice) return;
    event.preventDefault();
    sent = true;
    choice.checked = true;
    form.requestSubmit();
  });
})();
