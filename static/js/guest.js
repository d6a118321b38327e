// A guest hears a chapter: one line after the other with its pause, the text going along. A touch begins there.
import { gettext } from "./words.js";

const list = document.getElementById("guest-lines");
const button = document.getElementById("play");
const sound = new Audio();
let now = ""; // the id of the line that is heard
let gap = 0;

const line = () => document.getElementById(now);
const isPlaying = () => Boolean(gap) || (!sound.paused && !sound.ended);

function neighbour(from, way) {
  let next = from ? from[way] : list.firstElementChild;
  while (next && !next.dataset.sound) next = next[way];
  return next;
}

function play(from) {
  if (!from?.dataset.sound) return;
  clearTimeout(gap);
  gap = 0;
  line()?.classList.remove("is-heard");
  now = from.id;
  from.classList.add("is-heard");
  sound.src = from.dataset.sound;
  sound.play().catch((error) => error.name !== "AbortError" && document.dispatchEvent(new CustomEvent("say", { detail: gettext("This line could not be played. Load the page again.") })));
  document.getElementById("now").textContent = from.querySelector("[data-words]").textContent;
  const box = from.getBoundingClientRect();
  if (box.top < 60 || box.bottom > innerHeight - 90) from.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function toggle() {
  if (isPlaying()) {
    clearTimeout(gap);
    gap = 0;
    sound.pause();
  } else if (now && !sound.ended && sound.currentTime) sound.play();
  else play(sound.ended ? neighbour(line(), "nextElementSibling") ?? neighbour(null, "nextElementSibling") : line() ?? neighbour(null, "nextElementSibling"));
  draw();
}

function draw() {
  button.setAttribute("aria-label", isPlaying() ? gettext("Pause") : gettext("Play"));
  button.querySelector("use").setAttribute("href", isPlaying() ? "#i-pause" : "#i-play");
}

sound.addEventListener("ended", () => {
  const next = neighbour(line(), "nextElementSibling");
  if (next) gap = setTimeout(() => play(next), Number(line().dataset.pause));
  draw();
});
for (const name of ["play", "pause"]) sound.addEventListener(name, draw);
button.addEventListener("click", toggle);
document.getElementById("back").addEventListener("click", () => play(neighbour(line(), "previousElementSibling") ?? line()));
list.addEventListener("click", (event) => {
  if (event.target.closest("[data-words]") && getSelection().isCollapsed) play(event.target.closest(".guest-line"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target.closest("input, button, summary, a, textarea")) return;
  event.preventDefault();
  toggle();
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => elt.id === now && elt.classList.add("is-heard"));
