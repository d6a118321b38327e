// The keys of the script page, in one table: what it says is what acts and what "?" shows. None acts while a field
// has the focus, but for those of the pen.
// On another page, where the sound goes on, those of the player act alone.
import { begins } from "./page.js";
import { gettext } from "./words.js";

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
let help = null; // is there where the lines are
let mayEdit = false;
let mayReview = false;
let keys = new Map(); // key -> row of the table
const act = (name) => () => tell("line:act", { name });
const edit = (name) => () => tell("lines:act", { name });
// The inspector of the line before may still stand there: nothing in it is pressed then.
const press = (what) => document.querySelector(`#inspector:not([inert]) ${what}`)?.click();
const step = (by, extend) => () => tell("line:step", { by, extend });

function openMore() {
  const more = document.getElementById("more");
  if (more?.togglePopover()) more.querySelector(".more-item:not(.sheet-only)").focus();
}

// [keys, words, action, options]; "mod" is Ctrl, or Command on a Mac. again: acts on, too, while the key is held.
const TABLE = [
  [gettext("Listen"), [
    [["space"], gettext("Play, pause; on a line that is being made: hear it as it comes"), () => tell("sound:toggle"), { anywhere: true }],
    [["shift+space"], gettext("Play from here to the end; the selected lines, where there are several"), act("onward")],
    [["arrowleft"], gettext("Back 5 seconds"), () => tell("sound:back"), { anywhere: true }],
    [["<", ","], gettext("Slower"), () => tell("sound:speed", { by: -1 }), { anywhere: true }],
    [[">"], gettext("Faster"), () => tell("sound:speed", { by: 1 }), { anywhere: true }],
    [["alt+click"], gettext("Hear from this word, about; in the line that is heard a click does"), null],
    [["shift+arrowright"], gettext("On the waveform: select what is heard over and over"), null],
    [["["], gettext("Earlier take"), () => tell("line:take", { by: -1 }), { edits: true }],
    [["s"], gettext("Seam: the take with 3 seconds before and after it"), () => press("[data-chosen] [data-play-seam]")],
    [["t"], gettext("Trim the chosen take"), () => press("[data-chosen] [data-trim-open]"), { edits: true }],
    [["]"], gettext("Later take"), () => tell("line:take", { by: 1 }), { edits: true }],
    [["x"], gettext("Swap the two takes that are compared (A/B)"), null],
  ]],
  [gettext("Go"), [
    [["j", "arrowdown"], gettext("Next line"), step(1), { again: true }],
    [["k", "arrowup"], gettext("Line before"), step(-1), { again: true }],
    [["home"], gettext("First line"), () => tell("line:end", { at: 0 })],
    [["end"], gettext("Last line"), () => tell("line:end", { at: -1 })],
    [["shift+j", "shift+arrowdown"], gettext("Select the next line, too"), step(1, true), { again: true }],
    [["shift+k", "shift+arrowup"], gettext("Select the line before, too"), step(-1, true), { again: true }],
    [["mod+a"], gettext("Select all lines"), () => tell("lines:all")],
    [["mod+f", "/"], gettext("Search in this chapter"), () => tell("find:open")],
    [["h"], gettext("Search and replace"), () => document.querySelector("[data-replace]")?.click(), { edits: true }],
  ]],
  [gettext("Write"), [
    [["e", "enter"], gettext("Edit the text"), act("edit"), { edits: true }],
    [["mod+enter"], gettext("Save"), null, { edits: true }],
    [["alt+enter"], gettext("Split at the cursor, while editing"), null, { edits: true }],
    [["shift+l"], gettext("Say the selected words differently"), () => document.querySelector("#say:not([hidden]), [data-say]")?.click(), { edits: true }],
    [["n"], gettext("New line after this one; pasting does the same"), edit("insert"), { edits: true }],
    [["shift+n"], gettext("New line before this one"), edit("insert-before"), { edits: true }],
    [["m"], gettext("Merge with the next line"), edit("merge-next"), { edits: true }],
    [["shift+m"], gettext("Merge with the line before"), edit("merge-before"), { edits: true }],
    [["d"], gettext("Voice, direction, language, character of what is selected"), edit("direct"), { edits: true }],
    [["alt+arrowup"], gettext("Move up"), edit("up"), { edits: true, again: true }],
    [["alt+arrowdown"], gettext("Move down"), edit("down"), { edits: true, again: true }],
    [["delete", "backspace"], gettext("Delete"), edit("remove"), { edits: true }],
    [["l"], gettext("Lock: text, direction and take stay as they are; unlock"), edit("turn-lock"), { edits: true }],
    [["mod+z"], gettext("Undo"), edit("undo"), { edits: true }],
    [["mod+shift+z", "mod+y"], gettext("Redo"), edit("redo"), { edits: true }],
  ]],
  [gettext("Review"), [
    [["a"], gettext("Approve what is chosen"), act("approve"), { reviews: true }],
    [["f"], gettext("Ask for a pickup, with the reason"), act("pickup"), { reviews: true }],
    [["c"], gettext("Comment"), act("comment"), { reviews: true }],
  ]],
  [gettext("Make"), [
    [["r"], gettext("Generate, regenerate"), act("render"), { edits: true }],
    [["shift+r"], gettext("Three alternatives to choose from"), () => press("[data-alternatives]"), { edits: true }],
    [["."], gettext("Everything that can be done to the line"), openMore, { edits: true }],
    [["escape"], gettext("Close; select one line only"), act("close")],
    [["?"], gettext("These keys"), () => help.togglePopover()],
  ]],
];

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const NAMES = { click: gettext("Click"), arrowdown: "↓", arrowup: "↑", arrowleft: "←", arrowright: "→", space: gettext("Space"), escape: "Esc", mod: mac ? "⌘" : "Ctrl", alt: mac ? "⌥" : "Alt", shift: "Shift", enter: "Enter", delete: "Del", backspace: "⌫", home: "Home", end: "End" };
const shown = (part) => NAMES[part] ?? part.toUpperCase();
const has = ([, , , options]) => (mayEdit || !options?.edits) && (mayReview || !options?.reviews) && (help || options?.anywhere);

function caps(key) {
  const place = document.createDocumentFragment();
  for (const part of key.split("+")) {
    const cap = document.createElement("kbd");
    cap.textContent = shown(part);
    place.append(cap, " ");
  }
  return place;
}

function write() {
  const place = help.querySelector("[data-keys]");
  for (const [title, rows] of TABLE) {
    if (!rows.some(has)) continue;
    const head = document.createElement("h3");
    head.textContent = title;
    const table = document.createElement("dl");
    for (const [keys, words] of rows.filter(has)) {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      keys.forEach((key, at) => {
        const set = document.createElement("span");
        set.className = "num";
        set.append(...(at ? [gettext("or"), " "] : []), caps(key));
        term.append(set);
      });
      const told = document.createElement("dd");
      told.textContent = words;
      row.append(term, told);
      table.append(row);
    }
    const group = document.createElement("section");
    group.append(head, table);
    place.append(group);
  }
  // The menu of a line shows the keys of what it offers.
  for (const place of document.querySelectorAll("[data-key]")) place.append(caps(place.dataset.key));
}
begins(() => {
  help = document.getElementById("help");
  mayEdit = Boolean(document.getElementById("acts"));
  mayReview = "review" in (document.getElementById("inspector")?.dataset ?? {});
  keys = new Map(TABLE.flatMap(([, rows]) => rows.filter(has).flatMap((row) => row[0].map((key) => [key, row]))));
  if (help) write();
});

function inField(event) {
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (!field) return false;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form?.requestSubmit();
  } else if (event.key === "Enter" && event.altKey) {
    event.preventDefault();
    tell("line:split", { form: field.form });
  } else if (event.key === "Escape") {
    const cancel = field.form?.querySelector("[data-cancel]");
    if (cancel) cancel.click();
    else field.blur();
  }
  return true;
}

// A button that was reached by key keeps Space, Enter and the arrows for itself; one that was clicked does not.
function hasOwnUse(event) {
  const control = event.target.closest("a, button, summary, [role=slider], [tabindex]:not(main)");
  if (!control) return false;
  if (control.matches("[role=slider]")) return event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
  if (event.key === "Enter") return !control.matches(".lane");
  if (control.matches(".lane")) return false;
  return event.key === " " && control.matches(":focus-visible");
}

function keyOf(event) {
  const letter = event.key === " " ? "space" : event.key.toLowerCase();
  const shift = event.shiftKey && (event.key.length > 1 || event.key === " " || /[a-z]/i.test(event.key));
  return [(event.ctrlKey || event.metaKey) && "mod", event.altKey && "alt", shift && "shift", letter].filter(Boolean).join("+");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || inField(event)) return;
  if (document.querySelector("dialog[open]") || (event.target.closest(":popover-open") && !["?", "."].includes(event.key))) return;
  const [, , action, options] = keys.get(keyOf(event)) ?? [];
  // A reviewer's page has a sound of its own, and keys for it.
  if (!help && document.getElementById("sound")) return;
  if (!action || hasOwnUse(event) || (event.repeat && !options?.again)) return;
  if (event.key !== "Escape") event.preventDefault();
  action();
});
// Space on a clicked button would press it once more when it is released.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.closest("button") && !event.target.matches(":focus-visible")) event.preventDefault();
});
