// Lines are dragged by the mark at their edge: between others, or onto a chapter at the side.
import * as rows from "./rows.js";

const list = () => rows.list;
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
let over = null; // {line, after} where the lines would go
let lines = [];

document.addEventListener("lines:chosen", ({ detail }) => (lines = detail.lines));

// Only by the mark: text is there to be selected.
document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest?.(".lines > .line[id^=line-]");
  if (row) row.draggable = Boolean(event.target.closest(".lane")) && event.pointerType === "mouse";
});
document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.(".lines > .line[draggable=true]");
  if (!row) return;
  if (!lines.includes(row.dataset.line)) tell("line:select", { line: row.dataset.line });
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", row.querySelector(".words").textContent);
  list().classList.add("is-dragging");
});

function clear() {
  for (const mark of document.querySelectorAll(".is-before, .is-after, .is-over-chapter")) mark.classList.remove("is-before", "is-after", "is-over-chapter");
  over = null;
}

document.addEventListener("dragover", (event) => {
  if (!list()?.classList.contains("is-dragging")) return;
  clear();
  const chapter = event.target.closest?.(".chapter:not([aria-current])");
  const row = event.target.closest?.(".lines > .line[data-line]");
  if (!chapter && !row) return;
  event.preventDefault();
  if (chapter) {
    chapter.classList.add("is-over-chapter");
    over = { to: chapter.id.replace("chapter-", "") };
    return;
  }
  const box = row.getBoundingClientRect();
  const below = event.clientY > box.top + box.height / 2;
  row.classList.add(below ? "is-after" : "is-before");
  const after = below ? row.dataset.line : rows.step(row.dataset.line, -1);
  over = after ? { after } : {};
});
document.addEventListener("drop", (event) => {
  if (!list()?.classList.contains("is-dragging") || !over) return;
  event.preventDefault();
  tell("lines:move", over);
});
document.addEventListener("dragend", () => {
  clear();
  list()?.classList.remove("is-dragging");
});
