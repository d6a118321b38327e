// The lines in the order in which they are heard: those of this page or, once the person has gone elsewhere, those of
// the script that is still heard as they were then.
import * as rows from "./rows.js";

let script = ""; // whose lines are heard
let finish = ""; // what is done to the takes in the files of their project; empty where nothing is
let kept = null; // those lines, when their page is gone
let chosen = null; // the ids of the selected lines, where just these are heard

export const here = () => rows.list?.dataset.script ?? "";
export const isHere = () => script === here();
export const address = (line) => `/scripts/${script}/#line-${line}`;
export const all = () => (isHere() || !kept ? rows.all() : kept);

// The next line that is played is of this page.
export function open() {
  script = here();
  finish = rows.list?.dataset.finish ?? "";
  kept = null;
}

export const treatment = () => (isHere() || !script ? (rows.list?.dataset.finish ?? "") : finish);

export function choose(ids) {
  chosen = ids?.length ? new Set(ids) : null;
}

export function entry(id) {
  return isHere() || !kept ? rows.entry(id) : kept.find((line) => line.id === String(id));
}

// The next line in this direction that has a take and is among those that are to be heard.
export function playable(id, by) {
  const lines = all();
  let at = lines.findIndex((line) => line.id === String(id)) + by;
  while (lines[at] && !(lines[at].take && (!chosen || chosen.has(lines[at].id)))) at += by;
  return lines[at] ?? null;
}

export const chosenLines = () => all().filter((line) => chosen?.has(line.id) && line.take);

document.addEventListener("page:leaves", () => {
  if (isHere()) kept = rows.all().map((line) => ({ ...line }));
});
