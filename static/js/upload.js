// Handing in a manuscript: a file may be dropped, its name is shown, and the button says that it is being read.
import { begins } from "./page.js";

begins(() => {
  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const name = zone.querySelector("[data-file]");
    const show = () => {
      const file = input.files[0];
      name.textContent = file ? `${file.name}, ${size(file.size)}` : "";
      zone.classList.toggle("has-file", Boolean(file));
    };
    for (const event of ["dragenter", "dragover"]) {
      zone.addEventListener(event, (drag) => {
        drag.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const event of ["dragleave", "drop"]) zone.addEventListener(event, () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (drop) => {
      if (!drop.dataTransfer.files.length) return;
      drop.preventDefault();
      input.files = drop.dataTransfer.files;
      show();
    });
    input.addEventListener("change", show);
    show();
  }

  for (const form of document.querySelectorAll("[data-upload]")) {
    const button = form.querySelector("[data-busy]");
    const words = button.textContent;
    form.addEventListener("submit", (event) => {
      if (button.getAttribute("aria-busy") === "true") return event.preventDefault();
      button.setAttribute("aria-busy", "true");
      button.textContent = button.dataset.busy;
    });
    // Coming back by the browser's own button finds the page as it was left.
    addEventListener("pageshow", () => {
      button.removeAttribute("aria-busy");
      button.textContent = words;
    });
  }
});

function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
