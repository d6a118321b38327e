// Two takes of a line against each other: both run, one is heard, and a swap is instant, at the same place and level.
import { gettext } from "./words.js";

const MUTED = 0;
let pair = null; // {bar, takes: [{id, name, volume, sound}], heard, blind}

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const find = (what) => pair.bar.querySelector(`[data-compare-${what}]`);

// The louder of the two is turned down to the other: what is better must not be what is louder.
function levelled(first, second) {
  const loud = [first, second].map((take) => Number(take.dataset.level));
  const quiet = Math.min(...loud);
  return loud.map((level) => (Number.isFinite(level - quiet) ? 10 ** ((quiet - level) / 20) : 1));
}

function begin(button) {
  const history = button.closest("#history");
  const chosen = history.querySelector(".take[data-chosen] [data-play-take]");
  const other = button.closest(".take").querySelector("[data-play-take]");
  if (!chosen || !other) return;
  end();
  tell("sound:hush");
  const volumes = levelled(chosen, other);
  const address = document.getElementById("player").dataset.audio;
  const takes = [chosen, other].map((take, at) => {
    const sound = new Audio(`${address.replace("/0/", `/${take.dataset.playTake}/`)}?v=${take.dataset.v}`);
    return { id: take.dataset.playTake, name: take.dataset.name, volume: volumes[at], sound };
  });
  const bar = document.getElementById("compare");
  const blind = bar.querySelector("[data-compare-blind]").checked;
  if (blind && Math.random() < 0.5) takes.reverse();
  pair = { bar, takes, heard: 0, blind };
  bar.hidden = false;
  for (const take of takes) take.sound.addEventListener("ended", () => pair?.takes.includes(take) && draw());
  listen();
  find("swap").focus();
}

async function listen() {
  for (const { sound } of pair.takes) sound.currentTime = 0;
  apply();
  try {
    await Promise.all(pair.takes.map(({ sound }) => sound.play()));
  } catch (error) {
    if (error.name !== "AbortError") tell("say", gettext("These takes could not be played. Try again."));
  }
  draw();
}

function apply() {
  pair.takes.forEach(({ sound, volume }, at) => (sound.volume = at === pair.heard ? volume : MUTED));
}

function swap() {
  const before = pair.takes[pair.heard].sound.currentTime;
  pair.heard = 1 - pair.heard;
  const now = pair.takes[pair.heard].sound;
  // Two players drift by a few ms; a swap brings them together again.
  if (!now.ended && Math.abs(now.currentTime - before) > 0.06) now.currentTime = before;
  apply();
  draw();
}

function draw() {
  if (!pair) return;
  const shown = pair.blind ? gettext("Sound %(number)s of 2", { number: pair.heard + 1 }) : pair.takes[pair.heard].name;
  find("now").textContent = shown;
  find("play").textContent = pair.takes.some(({ sound }) => !sound.paused && !sound.ended) ? gettext("Again") : gettext("Play");
}

function choose() {
  const take = pair.takes[pair.heard];
  const inspector = document.getElementById("inspector");
  const { name } = take;
  end();
  tell("say", gettext("%(name)s is chosen.", { name }));
  htmx.ajax("POST", `/takes/${take.id}/choose/`, { source: inspector, target: inspector, swap: "innerHTML" });
}

function end() {
  if (!pair) return;
  for (const { sound } of pair.takes) sound.pause();
  pair.bar.hidden = true;
  pair = null;
}

document.addEventListener("click", (event) => {
  const start = event.target.closest("[data-compare]");
  if (start) return begin(start);
  if (!pair || !event.target.closest("#compare")) return;
  if (event.target.closest("[data-compare-swap]")) swap();
  else if (event.target.closest("[data-compare-play]")) listen();
  else if (event.target.closest("[data-compare-choose]")) choose();
  else if (event.target.closest("[data-compare-end]")) end();
});
document.addEventListener("change", (event) => {
  if (!pair || !event.target.matches("[data-compare-blind]")) return;
  pair.blind = event.target.checked;
  if (pair.blind && Math.random() < 0.5) pair.takes.reverse();
  apply();
  draw();
});
document.addEventListener("keydown", (event) => {
  if (!pair || event.key.toLowerCase() !== "x" || event.target.closest("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  swap();
});
// Another line, another inspector, or the player of the page: the comparison is over.
for (const name of ["line:selected", "sound:toggle", "sound:play", "sound:hear"]) document.addEventListener(name, end);
document.addEventListener("htmx:load", () => pair && !pair.bar.isConnected && end());
document.addEventListener("click", (event) => event.target.closest("[data-play-take], #play") && end(), { capture: true });
