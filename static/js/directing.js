// Voice, direction, language and character for all selected lines at once, in a dialog that says what it comes to.
import { begins } from "./page.js";

let dialog = null;
let desk = null;
let lines = [];

begins(() => {
  dialog = document.getElementById("directing");
  desk = document.getElementById("acts");
  lines = [];
});

document.addEventListener("lines:chosen", ({ detail }) => (lines = detail.lines));
document.addEventListener("lines:act", ({ detail }) => detail.name === "direct" && open());
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-act=direct]")) open();
  if (event.target.closest("#directing [data-close]") || (dialog && event.target === dialog)) dialog.close();
});

async function open() {
  if (!dialog || !lines.length || dialog.open) return;
  dialog.replaceChildren();
  dialog.showModal();
  await htmx.ajax("POST", desk.dataset.direct, { source: dialog, target: dialog, swap: "innerHTML", values: { lines: lines.join(",") } });
  if (dialog.childElementCount) dialog.querySelector("select").focus();
  else dialog.close();
}

// Words that are written are wanted; where nothing else is said, instead of what the lines say.
document.addEventListener("input", ({ target }) => {
  const way = dialog?.contains(target) && target.matches("textarea") && target.form.elements.words;
  if (way && !way.value && target.value.trim()) way.value = "instead";
});
document.addEventListener("lines:done", () => dialog?.close());
