// What is done to whole lines: new, split, merged, moved, deleted, paused; undone and done again. Each is one request;
// the page's poll then brings what changed, and a sentence says what was done.
import { begins } from "./page.js";
import * as rows from "./rows.js";
import { gettext, ngettext } from "./words.js";

let desk = null; // knows the addresses
let more = null;
let did = null;
let lines = []; // the selected ones, in their order
let next = null; // the line to go to once it has come
let timer = 0;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const first = () => lines[0];
const last = () => lines.at(-1);

function post(address, values = {}) {
  return htmx.ajax("POST", address, { source: desk, swap: "none", values });
}

const ofLine = (id, act) => desk.dataset.line.replace("/0/", `/${id}/`).replace("/merge/", `/${act}/`);
const chosen = () => ({ lines: lines.join(",") });

const ACTS = {
  "insert-first": () => openNew(undefined, "afterend"),
  insert: () => openNew(last(), "afterend"),
  "insert-before": () => openNew(first(), "beforebegin"),
  "merge-next": () => post(ofLine(lines.length > 1 ? first() : last(), "merge"), { way: "after" }),
  "merge-before": () => post(ofLine(first(), "merge"), { way: "before" }),
  up: () => move(rows.step(first(), -2), rows.step(first(), -1)),
  down: () => move(rows.step(last(), 1), rows.step(last(), 1)),
  remove: () => post(desk.dataset.remove, chosen()),
  render: () => htmx.ajax("POST", desk.dataset.render, { source: desk, target: "#progress", swap: "outerHTML", values: chosen() }),
  lock: () => post(desk.dataset.lock, chosen()),
  "turn-lock": () => ACTS["locked" in (rows.element(first())?.dataset ?? {}) ? "unlock" : "lock"](),
  unlock: () => post(desk.dataset.unlock, chosen()),
  undo: () => post(desk.dataset.undo),
  redo: () => post(desk.dataset.redo),
};

// Behind ``after``, where there is a line to pass at all.
function move(after, passed) {
  if (passed) return post(desk.dataset.move, { ...chosen(), ...(after ? { after } : {}) });
}

function act(name) {
  if (!desk || !ACTS[name] || (!lines.length && !["undo", "redo", "insert-first"].includes(name))) return;
  if (more.matches(":popover-open")) more.hidePopover();
  ACTS[name]();
}

document.addEventListener("lines:chosen", ({ detail }) => {
  lines = detail.lines;
  if (more) drawMore();
});
document.addEventListener("lines:act", ({ detail }) => act(detail.name));
document.addEventListener("lines:move", ({ detail }) => desk && post(desk.dataset.move, { ...chosen(), ...detail }));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) act(button.dataset.act);
  if (event.target.closest("[data-drop]")) event.target.closest(".line").remove();
});

// The sheet with all there is to do. It stands beside its button; on a phone at the lower edge.
function drawMore() {
  const many = lines.length > 1;
  more.querySelector("[data-which]").textContent = many ? ngettext("%(count)s line", "%(count)s lines", lines.length) : gettext("Line %(number)s", { number: rows.number(first()) });
  const speech = lines.some((id) => rows.entry(id)?.kind !== "clip"); // nobody speaks, merges or unlocks a clip
  for (const one of more.querySelectorAll("[data-speech]")) one.hidden = !speech;
  for (const one of more.querySelectorAll("[data-one]")) one.hidden = many || !speech;
  for (const field of more.querySelectorAll("[name=lines]")) field.value = lines.join(",");
}
function placeMore(event) {
  if (event.newState !== "open") return;
  drawMore();
  const button = [...document.querySelectorAll("[popovertarget=more]")].find((one) => one.offsetParent && one.matches(":hover, :focus"));
  const box = button?.getBoundingClientRect();
  if (!box || innerWidth <= 940) return more.removeAttribute("style");
  more.style.display = "block"; // for as long as it is measured
  const tall = more.offsetHeight;
  more.style.display = "";
  more.style.insetInlineStart = `${Math.min(box.left, innerWidth - 288)}px`;
  more.style.insetBlockStart = `${Math.max(56, Math.min(box.bottom + 4, innerHeight - 90 - tall))}px`;
}
// The arrows go through what can be done; Tab does, too, and through the fields.
function stepInMore(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || event.target.matches("input, select")) return;
  const items = [...more.querySelectorAll(".more-item")].filter((item) => item.checkVisibility());
  items.at((items.indexOf(document.activeElement) + by) % items.length)?.focus();
  event.preventDefault();
}
begins(() => {
  desk = document.getElementById("acts");
  more = document.getElementById("more");
  did = document.getElementById("did");
  [lines, next] = [[], null];
  more?.addEventListener("beforetoggle", placeMore);
  more?.addEventListener("keydown", stepInMore);
  more?.addEventListener("submit", () => more.hidePopover());
});

// New lines are written where they will stand; a blank line begins another one. Pasted text comes here, too.
function openNew(id, where, text = "") {
  const { list } = rows;
  const before = list.querySelector("[data-new] textarea");
  if (before) return before.focus();
  const own = document.getElementById("new-line").content.firstElementChild.cloneNode(true);
  const after = where === "afterend" ? id : rows.step(id, -1);
  own.querySelector("[name=after]").value = after ?? "";
  own.querySelector("textarea").value = text;
  if (id) rows.element(id)?.[where === "afterend" ? "after" : "before"](own);
  else list.append(own);
  htmx.process(own);
  own.querySelector("textarea").focus();
}
document.addEventListener("click", (event) => {
  const own = event.target.closest("#lines [data-new]");
  if (own && event.target.closest("[data-cancel]")) closeNew(own);
});
function closeNew(own) {
  own.remove();
  tell("line:select", { line: first(), focus: true });
}
document.addEventListener("paste", (event) => {
  if (!desk || event.target.closest?.("input, textarea")) return;
  const text = event.clipboardData.getData("text/plain").trim();
  if (!text) return;
  event.preventDefault();
  openNew(last(), "afterend", text);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const own = detail.elt.closest?.("[data-new]");
  if (own && detail.successful) own.remove();
});

// Splitting sends what stands before and after the cursor as two texts.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-split]");
  if (button) split(button.form);
});
document.addEventListener("line:split", ({ detail }) => split(detail.form));
function split(form) {
  const field = form?.querySelector("textarea");
  if (!field || !form.querySelector("[data-split]")) return;
  const values = { text: field.value.slice(0, field.selectionStart), rest: field.value.slice(field.selectionStart), opened: form.elements.opened.value };
  htmx.ajax("POST", form.action.replace("/text/", "/split/"), { source: form, target: form.closest(".line"), swap: "outerHTML", values });
}

// What was done, and the way back.
function show(words) {
  did.querySelector("[data-did]").textContent = words;
  did.classList.add("is-shown");
  clearTimeout(timer);
  timer = setTimeout(() => did.classList.remove("is-shown"), 7000);
}
document.addEventListener("lines:done", ({ detail }) => {
  if (!detail.words) return;
  show(detail.words);
  did.querySelector("[data-act]").hidden = detail.words.startsWith(gettext("Undone"));
  if (isOfChosen(detail.lines)) return;
  next = detail.select ? String(detail.select) : null;
  goOn();
});
// Several lines to which something was done stay selected, so that the next act is on them, too.
function isOfChosen(ids = []) {
  return lines.length > 1 && ids.length === Math.min(lines.length, 500) && ids.every((id) => lines.includes(String(id)));
}
document.addEventListener("rows:changed", goOn);
function goOn() {
  if (!next || !rows.entry(next)) return;
  const line = next;
  next = null;
  tell("line:select", { line, focus: !document.activeElement?.matches("input, textarea"), scroll: true });
}
