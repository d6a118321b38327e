// Who else is here, and where they write: their initials stand at that line's edge. The poll brings them (#here) and
// carries which line is under the pen on this page.
import * as rows from "./rows.js";
import { gettext } from "./words.js";

const pen = () => document.querySelector("[data-editing]")?.dataset.line ?? "";

function draw() {
  for (const row of document.querySelectorAll(".line[data-at]")) {
    delete row.dataset.at;
    row.querySelector(".lane")?.removeAttribute("aria-description");
  }
  for (const person of document.querySelectorAll("#here [data-at]")) {
    const row = rows.element(person.dataset.at);
    if (!row) continue;
    row.dataset.at = row.dataset.at ? `${row.dataset.at} ${person.dataset.initials}` : person.dataset.initials;
    row.querySelector(".lane")?.setAttribute("aria-description", gettext("%(name)s is writing here", { name: person.dataset.name }));
  }
}

document.addEventListener("rows:changed", draw);
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches("#here, .line")) draw();
  if (elt.matches("[data-editing]")) htmx.trigger("#poller", "poll"); // so that others see it at once
});
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id !== "poller") return;
  detail.parameters.here = document.getElementById("here")?.dataset.seen ?? "";
  detail.parameters.pen = pen();
});
