// Search in the script, in place of the browser's own, which sees only the rows that are on the page.
import { begins } from "./page.js";
import * as rows from "./rows.js";
import { gettext, ngettext } from "./words.js";

let bar = null;
let field = null;
let told = null;
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
let found = []; // [line, spans]
let at = -1;
let timer = 0;
let asked = 0;

function open() {
  const marked = String(getSelection());
  bar.hidden = false;
  if (marked && marked.length < 80 && !marked.includes("\n")) field.value = marked;
  field.focus();
  field.select();
  if (field.value) search();
}

function close() {
  bar.hidden = true;
  found = [];
  draw();
  document.querySelector(".line.is-selected .lane")?.focus({ preventScroll: true });
}

async function search() {
  const own = (asked += 1);
  found = [];
  at = -1;
  if (!field.value) return say("");
  const answer = await fetch(`${bar.dataset.address}?${new URLSearchParams(new FormData(bar))}`);
  if (answer.redirected) return location.reload();
  const result = await answer.json();
  if (own !== asked) return;
  if (result.error) return say(result.error);
  found = result.lines.map(([id, spans]) => [String(id), spans]);
  say(found.length ? inLines(result.count) : gettext("Not found"));
  draw();
}

const inLines = (hits) => ngettext("%(hits)s in %(count)s line", "%(hits)s in %(count)s lines", found.length, { hits: hits.toLocaleString("en") });

function say(words) {
  told.textContent = words;
  if (!found.length) draw();
}

function go(by) {
  if (!found.length) return;
  if (at < 0) {
    const here = rows.number(document.querySelector(".line.is-selected")?.dataset.line);
    const next = found.findIndex(([id]) => rows.number(id) >= here);
    at = next < 0 ? 0 : by > 0 ? next : next - 1;
  } else {
    at += by;
  }
  at = (at + found.length) % found.length;
  told.textContent = ngettext("%(at)s of %(count)s line", "%(at)s of %(count)s lines", found.length, { at: (at + 1).toLocaleString("en") });
  tell("line:select", { line: found[at][0], scroll: true });
}

// What is found is marked in the rows that are on the page, without a change to them.
function draw() {
  if (!CSS.highlights) return;
  CSS.highlights.delete("found");
  const ranges = [];
  for (const [id, spans] of found) {
    const text = rows.element(id)?.querySelector("p.words")?.firstChild;
    if (text?.nodeType !== Node.TEXT_NODE) continue;
    for (const [start, end] of spans) {
      if (end > text.length) continue;
      const range = new Range();
      range.setStart(text, start);
      range.setEnd(text, end);
      ranges.push(range);
    }
  }
  if (ranges.length) CSS.highlights.set("found", new Highlight(...ranges));
}

function submitted(event) {
  event.preventDefault();
  go(event.submitter?.value === "back" ? -1 : 1);
}

function typed() {
  clearTimeout(timer);
  timer = setTimeout(search, 150);
}

function pressed(event) {
  if (event.key === "Escape") close();
  else if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  } else return;
  event.stopPropagation();
}

begins(() => {
  bar = document.getElementById("find");
  [found, at] = [[], -1];
  clearTimeout(timer);
  if (!bar) return;
  field = bar.querySelector("input[name=q]");
  told = bar.querySelector("[data-found]");
  bar.addEventListener("submit", submitted);
  bar.addEventListener("input", typed);
  bar.addEventListener("keydown", pressed);
  bar.querySelector("[data-close]").addEventListener("click", close);
  document.querySelector("[data-find]").addEventListener("click", open);
  // Replacing begins with what was looked for.
  bar.querySelector("[data-replace]")?.addEventListener("click", ({ currentTarget: link }) => {
    if (field.value) link.search = new URLSearchParams(new FormData(bar));
  });
});
document.addEventListener("find:open", () => bar && open());
document.addEventListener("rows:changed", () => found.length && draw());
