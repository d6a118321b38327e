// What a person has opened (details[data-stays]) stays open when the server renews it, and on the next line, too.
const opened = new Set();

document.addEventListener("toggle", ({ target }) => {
  const name = target.dataset?.stays;
  if (!name) return;
  if (target.open) opened.add(name);
  else if (target.isConnected) opened.delete(name);
}, true);
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  for (const part of [elt, ...elt.querySelectorAll("details[data-stays]")]) {
    if (opened.has(part.dataset.stays)) part.open = true;
  }
});
