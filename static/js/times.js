// Moments in the reader's own clock, and the seconds of what is being made now.
import { begins } from "./page.js";
import { gettext, locales } from "./words.js";

const moment = new Intl.DateTimeFormat(locales, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const hour = new Intl.DateTimeFormat(locales, { hour: "2-digit", minute: "2-digit" });

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = (today ? hour : moment).format(at);
    time.title = at.toLocaleString(locales);
  }
}

function tick() {
  for (const place of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.round(Date.now() / 1000 - Number(place.dataset.since)));
    place.textContent = seconds < 3600 ? gettext("%(seconds)s s", { seconds }) : "";
  }
}

begins(() => {
  localise(document);
  tick();
});
setInterval(tick, 1000);
document.addEventListener("htmx:load", (event) => {
  localise(event.detail.elt);
  tick();
});
