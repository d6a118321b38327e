// The keys of the script page. None acts while a field has the focus, but for save and close.
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const help = document.getElementById("help");

const KEYS = {
  " ": () => tell("sound:toggle"),
  "shift+ ": () => tell("line:act", { name: "onward" }),
  j: () => tell("line:step", { by: 1 }),
  k: () => tell("line:step", { by: -1 }),
  arrowdown: () => tell("line:step", { by: 1 }),
  arrowup: () => tell("line:step", { by: -1 }),
  arrowleft: () => tell("sound:back"),
  e: () => tell("line:act", { name: "edit" }),
  r: () => tell("line:act", { name: "render" }),
  "[": () => tell("line:take", { by: -1 }),
  "]": () => tell("line:take", { by: 1 }),
  "?": () => help.togglePopover(),
};

function inField(event) {
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (!field) return false;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form?.requestSubmit();
  } else if (event.key === "Escape") {
    const cancel = field.form?.querySelector("[data-cancel]");
    if (cancel) cancel.click();
    else field.blur();
  }
  return true;
}

// A button that was reached by key keeps Space and the arrows for itself; one that was clicked does not.
function hasOwnUse(event) {
  const control = event.target.closest("a, button, summary, [role=slider], [tabindex]:not(main)");
  if (!control || control.matches(".lane")) return false;
  if (control.matches("[role=slider]")) return event.key.startsWith("Arrow");
  return event.key === " " && control.matches(":focus-visible");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || inField(event)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return tell("line:act", { name: "close" });
  const key = (event.key === " " && event.shiftKey ? "shift+" : "") + event.key.toLowerCase();
  const action = KEYS[key];
  if (!action || hasOwnUse(event) || (event.repeat && !/^(j|k|arrow)/.test(key))) return;
  event.preventDefault();
  action();
});
// Space on a clicked button would press it once more when it is released.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.closest("button") && !event.target.matches(":focus-visible")) event.preventDefault();
});
