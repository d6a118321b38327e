// The pieces of a pickup recording: each is heard from its start to its end, and the one a line has goes with its choice.
import { begins } from "./page.js";

const sound = () => document.getElementById("sound");
let until = 0;

function play(from, to) {
  sound().currentTime = from / 1000;
  until = to / 1000;
  sound().play();
}

function attend({ target }) {
  if (!until || target.currentTime < until) return;
  until = 0;
  target.pause();
}
begins(() => sound()?.addEventListener("timeupdate", attend));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hear]");
  if (!button) return;
  const chosen = document.getElementById(button.dataset.hear)?.value ?? button.dataset.hear;
  const [first, after] = chosen.split("-").map(Number);
  const pieces = [...document.querySelectorAll("[data-piece]")].map((piece) => piece.dataset.piece.split("-").map(Number));
  if (chosen && pieces[first]) play(pieces[first][0], pieces[after - 1][1]);
});
