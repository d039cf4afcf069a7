// The screen in the hall writes names out over two lines where all of them fit; only where they do not, it cuts them to
// one. Without this script they are cut.
const hall = document.body;
const onTheWall = window.matchMedia("(min-width: 900px)");

function fit() {
  hall.classList.remove("short");
  const tooHigh = document.documentElement.scrollHeight > window.innerHeight;
  hall.classList.toggle("short", onTheWall.matches && tooHigh);
}

fit();
window.addEventListener("resize", fit);
