// Which line is selected. It survives the renewal of rows, opens its inspector and carries the actions of a line.
const list = document.getElementById("lines");
const inspector = document.getElementById("inspector");
const actions = document.getElementById("line-acts").content.firstElementChild;
const mayEdit = Boolean(actions.querySelector('[data-act="edit"]'));
let selected = "";
let swappedBy = null;
let inspecting = 0;

const row = (id) => list?.querySelector(`.line[data-line="${id}"]`);
const address = (line) => list.dataset.address.replace("/0/", `/${line.dataset.line}/`);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

function dress(line) {
  line.classList.add("is-selected");
  const lane = line.querySelector(".lane");
  if (lane) lane.tabIndex = 0;
  const foot = line.querySelector(".foot");
  if (!foot || foot.querySelector(".acts")) return;
  const own = actions.cloneNode(true);
  const word = own.querySelector("[data-render-word]");
  if (word && line.dataset.take) word.textContent = "Regenerate";
  if (!line.dataset.take) own.querySelector('[data-act="onward"]').remove();
  if (!line.dataset.live) own.querySelector('[data-act="live"]').remove();
  foot.append(own);
}

function undress(line) {
  line.classList.remove("is-selected");
  const lane = line.querySelector(".lane");
  if (lane) lane.tabIndex = -1;
  line.querySelector(".foot .acts")?.remove();
}

function select(id, { focus = false, scroll = false, address: keep = true } = {}) {
  const line = row(id);
  if (!line) return;
  const changed = selected !== id;
  if (changed) {
    if (row(selected)) undress(row(selected));
    selected = id;
    dress(line);
    if (keep) history.replaceState(null, "", `#line-${id}`);
    inspector.classList.add("is-behind");
    inspector.inert = true;
    inspect();
  }
  if (focus) line.querySelector(".lane")?.focus({ preventScroll: true });
  if (scroll) line.scrollIntoView({ block: "nearest" });
  if (changed) tell("line:selected", { line: id });
}

// Keys may run through many lines: ask for the one they rest on.
function inspect() {
  clearTimeout(inspecting);
  keepDirection();
  inspecting = setTimeout(() => {
    if (row(selected)) htmx.ajax("GET", address(row(selected)), { source: inspector, target: inspector, swap: "innerHTML" });
  }, 70);
}

// A direction still under the pen is saved before its form goes away.
function keepDirection() {
  const form = document.getElementById("direction");
  if (form?.dataset.changed) htmx.trigger(form, "submit");
}

function step(by) {
  const line = row(selected);
  const next = line ? (by > 0 ? line.nextElementSibling : line.previousElementSibling) : list?.firstElementChild;
  if (next) select(next.dataset.line, { focus: true, scroll: true });
}

function act(name) {
  const line = row(selected);
  if (!line) return;
  if (name === "edit" && mayEdit) {
    const open = line.querySelector("textarea");
    if (open) open.focus();
    else htmx.ajax("GET", `${address(line)}text/`, { source: list, target: line, swap: "outerHTML" });
  } else if (name === "render" && mayEdit) {
    keepDirection();
    htmx.ajax("POST", `${address(line)}render/`, { source: inspector, target: inspector, swap: "innerHTML" });
  } else if (name === "live") {
    tell("sound:play", { line: selected, toggle: true });
  } else if (name === "onward") {
    tell("sound:play", { line: selected, until: true });
  } else if (name === "close") {
    line.querySelector("[data-cancel]")?.click();
  }
}

function neighbour(by) {
  const takes = [...inspector.querySelectorAll(".take:has([data-play-take])")].reverse();
  const at = takes.findIndex((take) => "chosen" in take.dataset);
  takes[at + by]?.querySelector("[data-choose]")?.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) return act(button.dataset.act);
  const failed = event.target.closest('[data-go="failed"]');
  if (failed) return goTo("failed");
  const line = event.target.closest(".lines > .line");
  if (!line || (!event.target.closest(".lane") && !getSelection().isCollapsed)) return;
  const retry = event.target.closest("[data-selects]");
  select(line.dataset.line);
  if (!retry && event.target.closest(".lane") && (line.dataset.take || line.dataset.live)) tell("sound:play", { line: selected, toggle: true });
});

function goTo(mark) {
  const lines = [...list.querySelectorAll(`.line[data-mark="${mark}"]`)];
  const from = lines.findIndex((line) => line.dataset.line === selected);
  const next = lines[(from + 1) % lines.length];
  if (next) select(next.dataset.line, { focus: true, scroll: true });
}

list?.addEventListener("dblclick", (event) => {
  if (!event.target.closest(".words") || event.target.closest("textarea")) return;
  getSelection().removeAllRanges();
  act("edit");
});

document.addEventListener("line:select", ({ detail }) => select(detail.line));
document.addEventListener("line:step", ({ detail }) => step(detail.by));
document.addEventListener("line:act", ({ detail }) => act(detail.name));
document.addEventListener("line:take", ({ detail }) => neighbour(detail.by));

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
  if (elt.dataset.inspects === selected) {
    inspector.classList.remove("is-behind");
    inspector.inert = false;
  }
  if (!elt.matches(".line") || elt.dataset.line !== selected) return;
  dress(elt);
  const field = elt.querySelector("textarea");
  if (field) {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  } else if (swappedBy?.matches("#poller, [data-edit]")) {
    renewHistory(elt);
  }
  if (swappedBy?.matches("[data-edit], [data-cancel]")) elt.querySelector(".lane")?.focus({ preventScroll: true });
});

function renewHistory(line) {
  if (!inspector.querySelector(`[data-inspects="${selected}"]`)) return;
  htmx.ajax("GET", address(line), { source: inspector, target: "#history", select: "#history", swap: "outerHTML" });
}

inspector.addEventListener("input", (event) => {
  const form = event.target.closest("#direction");
  if (form) form.dataset.changed = "yes";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  // An inspector that did not come is asked for again when the studio answers again.
  if (detail.elt.id === "poller" && detail.successful && inspector.inert) inspect();
  if (detail.elt.id !== "direction" || !detail.successful) return;
  delete detail.elt.dataset.changed;
  const saved = document.getElementById("saved");
  if (saved) saved.textContent = "Saved.";
});
addEventListener("pagehide", () => {
  const form = document.getElementById("direction");
  if (form?.dataset.changed) navigator.sendBeacon(form.action, new FormData(form));
});
// A text under the pen is not saved by itself: the browser asks before it is lost.
addEventListener("beforeunload", (event) => {
  const open = [...document.querySelectorAll("[data-edit] textarea")];
  if (open.some((field) => field.value !== field.defaultValue)) event.preventDefault();
});

function open() {
  const asked = location.hash.match(/^#line-(\d+)$/)?.[1];
  if (asked && row(asked)) select(asked, { focus: true, scroll: true });
  else if (list?.firstElementChild && !selected) select(list.firstElementChild.dataset.line, { address: false });
}
addEventListener("hashchange", open);
if (document.readyState === "complete") open();
else addEventListener("load", open);
