// Words that are selected in a line can be said differently: a button beside them leads to the lexicon with them in it.
import { begins } from "./page.js";

const LONGEST = 200;
let button = null;
let words = "";
let line = ""; // where they stand
let held = false;

function selected() {
  const selection = getSelection();
  const text = selection.isCollapsed ? "" : selection.toString().replace(/\s+/g, " ").trim();
  const [from, to] = [selection.anchorNode, selection.focusNode].map((node) => node?.parentElement?.closest(".line .words"));
  if (!from || from !== to || !text || text.length > LONGEST) return "";
  line = from.closest("[data-line]").dataset.line;
  return text;
}

function address(base) {
  const there = new URL(base, location.href);
  if (words) {
    there.searchParams.set("written", words);
    there.searchParams.set("line", line);
  }
  return there;
}

function draw() {
  if (!button) return;
  const now = selected();
  button.hidden = !now;
  if (!now) return;
  words = now;
  const box = getSelection().getRangeAt(0).getBoundingClientRect();
  button.style.insetInlineStart = `${Math.max(8, Math.min(box.left + scrollX, innerWidth - 200))}px`;
  button.style.insetBlockStart = `${box.bottom + scrollY + 6}px`;
  button.href = address(button.href.split("?")[0]);
}

begins(() => {
  button = document.getElementById("say");
  words = "";
});
// While the mouse is down the selection still grows; fingers and keys say nothing of when they are done.
document.addEventListener("pointerdown", (event) => {
  held = event.pointerType === "mouse";
});
document.addEventListener("pointerup", () => {
  held = false;
  setTimeout(draw);
});
document.addEventListener("selectionchange", () => {
  if (!held) draw();
  else if (button && !selected()) button.hidden = true;
});
// The way in the inspector takes along what was selected last.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-say]");
  if (link && words) link.href = address(link.href.split("?")[0]);
});
