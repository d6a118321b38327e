// A list of ticks says how many are set, and one tick sets all.
import { begins } from "./page.js";

begins(() => {
  for (const form of document.querySelectorAll("[data-ticks]")) {
    const ticks = [...form.querySelectorAll("input[name=line]:not(:disabled)")];
    const all = form.querySelector("[data-tick-all]");
    const place = form.querySelector("[data-ticked]");
    const button = place.closest("button");
    const draw = () => {
      const set = ticks.filter((tick) => tick.checked).length;
      place.textContent = set.toLocaleString("en");
      button.disabled = set === 0;
      const own = all.querySelector("input");
      own.checked = set > 0;
      own.indeterminate = set > 0 && set < ticks.length;
    };
    all.hidden = false;
    all.addEventListener("change", ({ target }) => {
      for (const tick of ticks) tick.checked = target.checked;
      draw();
    });
    form.addEventListener("change", draw);
    draw();
  }
});
