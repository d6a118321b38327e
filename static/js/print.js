// A page goes to paper or into a PDF by the browser's own dialog. Without script there is no such button.
import { begins } from "./page.js";

begins(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});
