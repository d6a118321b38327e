// Ready-made directions: a press puts the words into the field, behind what stands there; a second press takes them out.
import { begins } from "./page.js";

function put(button) {
  const field = document.getElementById(button.dataset.into);
  const words = button.dataset.preset;
  const has = field.value.includes(words);
  field.value = (has ? field.value.replace(words, "") : `${field.value.trim()} ${words}`).replace(/ +/g, " ").trim();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  mark(field);
}

// Which ones the field says now.
function mark(field) {
  for (const button of document.querySelectorAll(`[data-into="${field.id}"]`)) {
    button.setAttribute("aria-pressed", String(field.value.includes(button.dataset.preset)));
  }
}

function show(root) {
  for (const group of root.querySelectorAll(".presets")) {
    group.hidden = false;
    const field = document.getElementById(group.firstElementChild?.dataset.into);
    if (field) mark(field);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-preset]");
  if (button) put(button);
});
document.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) mark(event.target);
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => show(elt));
begins(() => show(document));
