// Moments in the reader's own clock, the seconds of what is being made now, and how long the rest may take.
const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = (today ? hour : moment).format(at);
    time.title = at.toLocaleString();
  }
}

function tick() {
  for (const place of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.round(Date.now() / 1000 - Number(place.dataset.since)));
    place.textContent = seconds < 3600 ? `${seconds} s` : "";
  }
}

// The pace of the last two minutes, said once at least two lines have been made in it.
let seen = [];
function pace(progress) {
  const now = performance.now() / 1000;
  const left = Number(progress.dataset.active);
  if (!left || left > (seen.at(-1)?.left ?? Infinity)) seen = [];
  if (!left) return;
  seen = [...seen.filter((sample) => now - sample.at < 120), { at: now, left }];
  const made = seen[0].left - left;
  if (made < 2) return;
  const seconds = (left * (now - seen[0].at)) / made;
  const words = seconds < 90 ? `${Math.ceil(seconds / 10) * 10} s` : `${Math.round(seconds / 60)} min`;
  progress.querySelector("[data-eta]").textContent = `, about ${words}`;
}

const progress = document.getElementById("progress");
if (progress) pace(progress);
localise(document);
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.id === "progress") pace(event.detail.elt);
  localise(event.detail.elt);
  tick();
});
