// The page of the next line to hear: its keys, and where a finding or a comment begins.
import { gettext } from "./words.js";

const field = (target) => target.closest("input, textarea, select");
const find = (what) => document.querySelector(`#hear ${what}`);
const sound = () => document.getElementById("sound");

function hearFrom(ms) {
  sound().currentTime = Math.max(0, ms / 1000 - 0.5);
  sound().play();
}

const KEYS = {
  a: () => find("[data-approve]")?.click(),
  f: () => find("[data-reason]")?.focus(),
  n: () => find("[data-skip]")?.click(),
  " ": () => (sound()?.paused ? sound().play() : sound()?.pause()),
  arrowleft: () => sound() && (sound().currentTime -= 5),
};

document.addEventListener("keydown", (event) => {
  if (!document.getElementById("hear") || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (field(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = KEYS[event.key.toLowerCase()];
  if (!act || (event.key === " " && event.target.closest("button, a, audio, summary"))) return;
  event.preventDefault();
  act();
});
document.addEventListener("click", (event) => {
  const from = event.target.closest("[data-hear-from]")?.dataset.hearFrom ?? event.target.closest("[data-from-ms]")?.dataset.fromMs;
  if (from !== undefined) hearFrom(Number(from));
});
// A comment is on the words that are selected, and on the moment at which the sound stands.
document.addEventListener("focusin", (event) => {
  const form = event.target.closest("[data-comment]");
  if (!form || event.target.name !== "text" || !sound()) return;
  const chosen = getSelection().toString().trim();
  if (chosen && document.getElementById("hear-line").contains(getSelection().anchorNode)) form.elements.words.value = chosen.slice(0, 200);
  if (sound().currentTime > 0 && !sound().ended) form.elements.at_ms.value = Math.round(sound().currentTime * 1000);
  const at = Number(form.elements.at_ms.value);
  form.querySelector("[data-comment-on]").textContent = form.elements.words.value ? gettext("On “%(words)s”", { words: form.elements.words.value }) : at ? gettext("At %(seconds)s s", { seconds: (at / 1000).toFixed(1) }) : "";
});
