// One tick for all the names of the cast that were found; without this script each is ticked by itself.
import { begins } from "./page.js";

begins(() => {
  for (const form of document.querySelectorAll("form[data-found]")) {
    const all = form.querySelector("[data-all]");
    const ticks = [...form.querySelectorAll('input[name="names"]')];
    form.querySelector("[data-all-label]").hidden = ticks.length < 2;
    const show = () => {
      const count = ticks.filter((tick) => tick.checked).length;
      all.checked = count === ticks.length;
      all.indeterminate = count > 0 && count < ticks.length;
    };
    all.addEventListener("change", () => {
      for (const tick of ticks) tick.checked = all.checked;
    });
    form.addEventListener("change", (event) => {
      if (event.target !== all) show();
    });
    show();
  }
});
