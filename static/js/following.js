// The text follows the sound: the line that is heard is marked and kept in sight, its words stand in the player, and a
// word that is pressed is heard from there.
import * as rows from "./rows.js";
import * as tape from "./tape.js";
import { momentOf } from "./moments.js";
import { gettext } from "./words.js";

const PATIENCE_MS = 4000; // so long after a person has scrolled or typed nothing scrolls by itself
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
let touched = -PATIENCE_MS;
let heard = { line: "", sounds: false };
let hasSaid = false; // that the place of a word is estimated

function keepInSight(line) {
  if (performance.now() - touched < PATIENCE_MS || document.activeElement?.closest("input, textarea, select")) return;
  const box = line.getBoundingClientRect();
  const foot = innerHeight - document.getElementById("player").offsetHeight;
  if (box.top >= 110 && box.bottom <= foot - 40) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: scrollY + box.top - innerHeight * 0.28, behavior: calm ? "auto" : "smooth" });
}

function show(detail) {
  heard = detail;
  for (const line of document.querySelectorAll(".line.is-playing")) line.classList.remove("is-playing");
  const line = detail.line && tape.isHere() ? rows.element(detail.line) : null;
  if (detail.sounds) line?.classList.add("is-playing");
  if (line && detail.runs) keepInSight(line);
  const words = line?.querySelector(".words");
  const place = document.getElementById("heard");
  const said = words?.value ?? words?.textContent;
  if (said !== undefined || tape.isHere() || !detail.line) place.textContent = said ?? detail.name;
  if (detail.line && detail.sounds) place.href = tape.address(detail.line);
  else place.removeAttribute("href");
  if ("mediaSession" in navigator && detail.name) navigator.mediaSession.metadata = new MediaMetadata({ title: detail.name, album: document.title });
}

// Which letter of a text stands at a point of the window.
function letterAt(event, words) {
  const place = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const range = place ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
  const [node, offset] = place ? [place.offsetNode, place.offset] : [range?.startContainer, range?.startOffset];
  return node && words.contains(node) ? offset : null;
}

// In the line that is heard a press is enough; elsewhere, where a press selects the line, it takes Alt.
async function hearFrom(event) {
  const words = event.target.closest("p.words");
  const line = words?.closest(".lines > .line[data-take]");
  if (!line || event.shiftKey || event.ctrlKey || event.metaKey || event.detail > 1) return;
  const isHeard = tape.isHere() && heard.sounds && heard.line === line.dataset.line;
  if (!event.altKey && !(isHeard && getSelection().isCollapsed)) return;
  const letter = letterAt(event, words);
  if (letter === null) return;
  const { take, v, ms } = line.dataset;
  const at = await momentOf({ text: words.textContent, letter, take, v, ms: Number(ms), language: words.closest("[lang]")?.lang });
  if (!hasSaid) tell("say", gettext("From about here. Where a word stands in the sound is estimated, sentence by sentence."));
  hasSaid = true;
  if (isHeard) tell("sound:seek", { at });
  else tell("sound:play", { line: line.dataset.line, at });
}

document.addEventListener("sound:heard", ({ detail }) => show(detail));
document.addEventListener("click", hearFrom);
for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  addEventListener(name, () => (touched = performance.now()), { passive: true });
}
