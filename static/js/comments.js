// A comment in the inspector is on the words that are selected in its line, or on the moment at which its take is heard.
import { gettext } from "./words.js";

let at = 0;
let heard = "";

document.addEventListener("sound:loaded", ({ detail }) => (heard = String(detail.take)));
document.addEventListener("sound:time", ({ detail }) => (at = detail.at));
document.addEventListener("focusin", (event) => {
  const form = event.target.closest("[data-comment]");
  if (!form || event.target.name !== "text") return;
  const line = document.querySelector(`.line[data-line="${form.closest("[data-inspects]")?.dataset.inspects}"]`);
  const words = getSelection().toString().trim();
  form.elements.words.value = words && line?.querySelector(".words")?.contains(getSelection().anchorNode) ? words.slice(0, 200) : "";
  form.elements.at_ms.value = at > 0.2 && line?.dataset.take === heard ? Math.round(at * 1000) : "";
  const on = form.elements.words.value ? gettext("On “%(words)s”", { words: form.elements.words.value }) : form.elements.at_ms.value ? gettext("At %(seconds)s s", { seconds: at.toFixed(1) }) : "";
  form.querySelector("[data-comment-on]").textContent = on;
});
