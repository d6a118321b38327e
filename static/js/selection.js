// Which line is selected, and which others with it. The selection survives the renewal of rows, opens the inspector
// and carries the buttons of a line. What is done to lines is in edits.js.
import { begins } from "./page.js";
import * as rows from "./rows.js";
import { gettext, ngettext } from "./words.js";

let list = null;
let inspector = null;
let actions = null; // the buttons of a line
let bar = null;
let mayEdit = false;
let selected = "";
let chosen = new Set(); // more lines than one, the selected one among them; or empty
let picking = false; // on touch: each tap selects one more
let anchor = ""; // where a range begins
let swappedBy = null;
let inspecting = 0;

const row = (id) => (id ? rows.element(id) : null);
const address = (id) => list.dataset.address.replace("/0/", `/${id}/`);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

function dress(line) {
  line.classList.toggle("is-selected", line.dataset.line === selected);
  line.classList.toggle("is-chosen", chosen.has(line.dataset.line));
  const lane = line.querySelector(".lane");
  if (lane) {
    lane.tabIndex = line.dataset.line === selected ? 0 : -1;
    if (chosen.has(line.dataset.line)) lane.setAttribute("aria-pressed", "true");
    else lane.removeAttribute("aria-pressed");
  }
  const foot = line.querySelector(".foot");
  if (line.dataset.line !== selected) foot?.querySelector(".acts")?.remove();
  else if (foot && !foot.querySelector(".acts")) foot.append(buttons(line));
}

function buttons(line) {
  const own = actions.cloneNode(true);
  const word = own.querySelector("[data-render-word]");
  if (word && line.dataset.take) word.textContent = gettext("Regenerate");
  let unfit = "locked" in line.dataset ? '[data-act="edit"], [data-act="render"]' : '[data-act="unlock"]';
  if (line.dataset.kind === "clip") unfit = '[data-act="edit"], [data-act="render"], [data-act="unlock"]';
  for (const button of own.querySelectorAll(unfit)) button.remove();
  if (!line.dataset.take) own.querySelector('[data-act="onward"]').remove();
  if (!line.dataset.live) own.querySelector('[data-act="live"]').remove();
  return own;
}

function redress() {
  for (const line of list.querySelectorAll(":scope > .is-selected, :scope > .is-chosen")) dress(line);
  for (const id of new Set([...chosen, selected])) if (row(id)) dress(row(id));
}

async function select(id, { focus = false, scroll = false, address: keep = true, extend = false } = {}) {
  if (!rows.entry(id)) return;
  const changed = selected !== id;
  selected = id;
  if (!extend) {
    chosen = new Set();
    anchor = id;
  }
  redress();
  showBar();
  if (changed) {
    if (keep) history.replaceState(null, "", `#line-${id}`);
    inspector.classList.add("is-behind");
    inspector.inert = true;
    inspect();
  }
  const line = await rows.bring(id);
  if (!line || selected !== id) return;
  dress(line);
  if (focus) line.querySelector(".lane")?.focus({ preventScroll: true });
  if (scroll) line.scrollIntoView({ block: "nearest" });
  if (changed) tell("line:selected", { line: id });
}

function extendTo(id, options) {
  if (!id) return;
  chosen = new Set(rows.between(anchor || selected || id, id));
  select(id, { ...options, extend: true });
}

function toggle(id) {
  if (!chosen.size && selected) chosen.add(selected);
  if (chosen.has(id) && chosen.size > 1) chosen.delete(id);
  else chosen.add(id);
  anchor = id;
  select(chosen.has(id) ? id : [...chosen].at(-1), { extend: true });
}

function chooseAll() {
  chosen = new Set(rows.all().map((line) => line.id));
  select(selected || rows.all()[0]?.id, { extend: true });
}

function showBar() {
  if (chosen.size < 2 && !picking) chosen = new Set();
  bar.hidden = chosen.size === 0;
  const words = chosen.size ? ngettext("%(count)s line selected", "%(count)s lines selected", chosen.size) : "";
  const place = bar.querySelector("[data-count]");
  if (place.textContent !== words) place.textContent = words;
  tell("lines:chosen", { lines: chosen.size ? inOrder(chosen) : selected ? [selected] : [] });
}

const inOrder = (ids) => [...ids].sort((a, b) => rows.number(a) - rows.number(b));

// Keys may run through many lines: ask for the one they rest on.
function inspect() {
  clearTimeout(inspecting);
  keepDirection();
  inspecting = setTimeout(() => {
    if (rows.entry(selected)) htmx.ajax("GET", address(selected), { source: inspector, target: inspector, swap: "innerHTML" });
  }, 70);
}

// A direction still under the pen is saved before its form goes away.
function keepDirection() {
  const form = document.getElementById("direction");
  if (form?.dataset.changed) htmx.trigger(form, "submit");
}

function step(by, extend) {
  const next = rows.entry(selected) ? rows.step(selected, by) : rows.all()[0]?.id;
  if (!next) return;
  if (extend) extendTo(next, { focus: true, scroll: true });
  else select(next, { focus: true, scroll: true });
}

function act(name) {
  if (!list) return;
  const line = row(selected);
  if (name === "close" && (chosen.size || picking)) {
    picking = false;
    return select(selected, { focus: true });
  }
  if (name === "pick") {
    picking = true;
    document.getElementById("more").hidePopover();
    return tell("say", gettext("Tap the lines you want. The cross ends it."));
  }
  if (!line) return;
  if (name === "edit" && mayEdit) {
    const open = line.querySelector("textarea");
    if (open) open.focus();
    else htmx.ajax("GET", `${address(selected)}text/`, { source: list, target: line, swap: "outerHTML" });
  } else if (name === "render" && mayEdit) {
    keepDirection();
    if (chosen.size) tell("lines:act", { name: "render" });
    else htmx.ajax("POST", `${address(selected)}render/`, { source: inspector, target: inspector, swap: "innerHTML" });
  } else if (name === "live") {
    tell("sound:play", { line: selected, toggle: true });
  } else if (name === "hear" || (name === "onward" && chosen.size)) {
    tell("sound:play", { lines: inOrder(chosen), until: true });
  } else if (name === "onward") {
    tell("sound:play", { line: selected, until: true });
  } else if (["approve", "pickup", "comment"].includes(name)) {
    review(name);
  } else if (name === "close") {
    (line.querySelector("[data-cancel]") ?? list.querySelector("[data-new] [data-cancel]"))?.click();
  }
}

// The inspector of the line before may still stand there: a verdict is never on a line that is not shown.
function review(name) {
  if (inspector.inert || !inspector.querySelector(`[data-inspects="${selected}"]`)) return;
  if (name !== "approve" && inspector.matches(":not(:popover-open)") && getComputedStyle(inspector).display === "none") inspector.showPopover();
  if (name === "approve") inspector.querySelector("[data-approve]")?.click();
  else inspector.querySelector(name === "pickup" ? "[data-reason]" : "[data-comment] textarea")?.focus();
}

function neighbour(by) {
  const takes = [...inspector.querySelectorAll(".take:has([data-play-take])")].reverse();
  const at = takes.findIndex((take) => "chosen" in take.dataset);
  takes[at + by]?.querySelector("[data-choose]")?.click();
}

const OWN = new Set(["edit", "pick", "render", "live", "onward", "hear", "close"]);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) return OWN.has(button.dataset.act) && act(button.dataset.act);
  const failed = event.target.closest('[data-go="failed"]');
  if (failed) return goTo("failed");
  const line = event.target.closest(".lines > .line[data-line]");
  if (!line || (!event.target.closest(".lane") && !getSelection().isCollapsed)) return;
  if (event.target.closest("textarea")) return;
  if (event.shiftKey) return extendTo(line.dataset.line);
  if (event.ctrlKey || event.metaKey || picking) return toggle(line.dataset.line);
  const retry = event.target.closest("[data-selects]");
  select(line.dataset.line);
  if (!retry && event.target.closest(".lane") && (line.dataset.take || line.dataset.live)) tell("sound:play", { line: selected, toggle: true });
});
// Shift and a click mean lines here, not letters.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && list?.contains(event.target) && !event.target.closest("textarea, input")) event.preventDefault();
});

function goTo(mark) {
  const lines = rows.all().filter((line) => line.mark === mark);
  const next = lines.find((line) => rows.number(line.id) > rows.number(selected)) ?? lines[0];
  if (next) select(next.id, { focus: true, scroll: true });
}

document.addEventListener("dblclick", (event) => {
  if (!list?.contains(event.target) || !event.target.closest(".words") || event.target.closest("textarea") || event.shiftKey || event.ctrlKey || picking) return;
  getSelection().removeAllRanges();
  act("edit");
});

document.addEventListener("line:select", ({ detail }) => select(detail.line, detail));
document.addEventListener("line:step", ({ detail }) => step(detail.by, detail.extend));
document.addEventListener("line:end", ({ detail }) => select(rows.all().at(detail.at)?.id, { focus: true, scroll: true }));
document.addEventListener("line:act", ({ detail }) => act(detail.name));
document.addEventListener("line:take", ({ detail }) => neighbour(detail.by));
document.addEventListener("lines:all", chooseAll);

document.addEventListener("rows:gone", ({ detail }) => {
  for (const id of detail.lines) chosen.delete(id);
  if (detail.lines.includes(selected) && !row(selected)?.matches("[data-editing]")) {
    setTimeout(() => detail.next && select(detail.next, { focus: list.contains(document.activeElement) || document.activeElement === document.body }));
  }
  showBar();
});

// A poll may have renewed the row since its form was asked for; an event on the lost row would reach nobody.
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  const lost = detail.target?.isConnected === false ? detail.target.dataset.line : "";
  if (lost && row(lost)) detail.target = row(lost);
});
// What the server renews keeps its selection, and what the inspector tells of it follows.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  swappedBy = detail.requestConfig.elt;
  if (swappedBy.id !== "direction") return;
  if (detail.xhr.status === 422) {
    detail.target = inspector;
    detail.swapOverride = "innerHTML";
    detail.selectOverride = "unset";
  }
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (!list) return;
  if (elt.dataset.inspects === selected) {
    inspector.classList.remove("is-behind");
    inspector.inert = false;
  }
  if (!elt.matches(".line")) return;
  if (chosen.has(elt.dataset.line)) dress(elt);
  if (elt.dataset.line !== selected) return;
  dress(elt);
  const field = elt.querySelector("textarea");
  if (field) {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  } else if (swappedBy?.matches("#poller, [data-edit]")) {
    renewHistory();
  }
  if (swappedBy?.matches("[data-edit], [data-cancel]")) elt.querySelector(".lane")?.focus({ preventScroll: true });
});

// What is renewed by itself stands in no queue with what a person asks for, and never takes away the button of an act
// that is under way.
let isBehind = false; // a renewal was left out
function renewHistory() {
  const shown = inspector.querySelector(`[data-inspects="${selected}"]`);
  if (!shown) return;
  if ("locked" in shown.dataset !== "locked" in row(selected).dataset) return inspect(); // all of it looks different
  htmx.ajax("GET", address(selected), { source: bar, target: "#history", select: "#history", swap: "outerHTML" });
}
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!bar || detail.requestConfig.elt !== bar) return;
  const isShown = detail.requestConfig.path === address(selected) && inspector.querySelector(`[data-inspects="${selected}"]`);
  isBehind = Boolean(isShown && inspector.querySelector(".htmx-request"));
  if (!isShown || isBehind) detail.shouldSwap = false;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!isBehind || !inspector?.contains(detail.elt)) return;
  isBehind = false;
  renewHistory();
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("#direction");
  if (form) form.dataset.changed = "yes";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  // An inspector that did not come is asked for again when the studio answers again.
  if (detail.elt.id === "poller" && detail.successful && inspector?.matches("[inert]:not(.htmx-request)")) inspect();
  if (detail.elt.id !== "direction" || !detail.successful) return;
  delete detail.elt.dataset.changed;
  const saved = document.getElementById("saved");
  if (saved) saved.textContent = gettext("Saved.");
});
function sendDirection() {
  const form = document.getElementById("direction");
  if (form?.dataset.changed) navigator.sendBeacon(form.action, new FormData(form));
}
addEventListener("pagehide", sendDirection);
document.addEventListener("page:leaves", sendDirection);
// A text under the pen is not saved by itself: the browser asks before it is lost.
const isUnsaved = () => [...document.querySelectorAll("[data-edit] textarea")].some((field) => field.value !== field.defaultValue);
addEventListener("beforeunload", (event) => isUnsaved() && event.preventDefault());
document.addEventListener("page:may-leave", (event) => isUnsaved() && event.preventDefault());

async function open() {
  const asked = location.hash.match(/^#line-(\d+)$/)?.[1];
  if (asked && (await rows.bring(asked))) select(asked, { focus: true, scroll: true });
  else if (rows.all().length && !selected) select(rows.all()[0].id, { address: false });
}
addEventListener("hashchange", () => list && open());
begins(() => {
  ({ list } = rows);
  inspector = document.getElementById("inspector");
  bar = document.getElementById("chosen");
  actions = document.getElementById("line-acts")?.content.firstElementChild;
  mayEdit = Boolean(actions?.querySelector('[data-act="edit"]'));
  selected = anchor = "";
  chosen = new Set();
  picking = false;
  clearTimeout(inspecting);
  if (!list) return;
  if (document.readyState === "complete") open();
  else addEventListener("load", open, { once: true });
});
