// The lines of the script: all of them in their order, in few figures, and rows for those near what is looked at.
// What is far away is a gap of about the right height; its rows are fetched when it comes near. Import this module,
// never load it by itself: everybody must share the one order.
import { begins } from "./page.js";
import { gettext } from "./words.js";

export let list = null;

const NEAR = 1400; // px above and below the window in which rows are kept ready
const AT_LEAST = 60; // rows a question
const AT_MOST = 100;
const KEPT = 500; // rows on the page; past it the farthest become gaps again
const LINE = 30; // px of a line of text, and
const NAME = 22; // of the name of who speaks it, as in parts.css

let order = []; // {id, position, mark, take, v, ms, own, kind, who, silence, pause, length, named, height}
let places = new Map(); // id -> index in order
let spare = 36; // px of a row besides text and name, as measured
let letters = Math.min(70, (list?.clientWidth ?? 0) / 9); // that fit a line of text, as measured
let asking = false;
let isWhole = false; // whether order has every line yet

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

export const all = () => order;
export const entry = (id) => order[places.get(String(id))];
export const number = (id) => (places.get(String(id)) ?? -1) + 1;
export const element = (id) => document.getElementById(`line-${id}`) ?? document.getElementById(`edit-${id}`);
export const step = (id, by) => order[(places.get(String(id)) ?? -1) + by]?.id;

export function between(one, other) {
  const [a, b] = [places.get(one) ?? 0, places.get(other) ?? 0].sort((x, y) => x - y);
  return order.slice(a, b + 1).map((line) => line.id);
}

// The next line in this direction that has a take to play.
export function playable(id, by) {
  let at = (places.get(String(id)) ?? -1) + by;
  while (order[at] && !order[at].take) at += by;
  return order[at] ?? null;
}

function read(row) {
  const { line, position, mark, take, v, ms, pause, kind, who, silence } = row.dataset;
  const length = (row.querySelector(".words")?.textContent ?? "").length;
  return { id: line, position: Number(position), mark, take: take ?? "", v: v ?? "", ms: Number(ms ?? 0), own: pause ? Number(pause) : null, kind: kind ?? "", who: who ?? "", silence: (silence ?? "0 0").split(" ").map(Number), length, named: Boolean(row.querySelector(".who")) };
}

function index() {
  places = new Map(order.map((line, at) => [line.id, at]));
  pace();
}

// The pause behind each line, by the rule of audio/pauses.py: its own, that of its kind, or by who speaks next. What
// files cut of the takes' own silence is still there, silent, in the sound that is played: so much shorter is the pause.
function pace() {
  const keep = list?.dataset.keep ?? "";
  const cuts = (line) => {
    const found = line.silence.map((own) => (keep === "" || line.kind === "clip" ? 0 : Math.floor(Math.max(0, own - Number(keep)) / 10) * 10));
    return line.ms - found[0] - found[1] < 100 ? [0, 0] : found;
  };
  const [usual, speaker, scene, title] = (list?.dataset.pauses ?? "").split(" ").map(Number);
  let next = null;
  for (const line of order.toReversed()) {
    line.pause = line.own ?? { scene, title }[line.kind] ?? (next && next.who !== line.who && ![line.kind, next.kind].includes("clip") ? speaker : usual);
    if (line.take) {
      line.pause -= cuts(line)[1] + (next ? cuts(next)[0] : 0);
      next = line;
    }
  }
}

// Takes over what rows say of their lines. Tells whether the order itself changed.
function learn(rows) {
  let moved = false;
  for (const row of rows) {
    const line = read(row);
    const known = entry(line.id);
    if (!known) order.push(line);
    if (!known || known.position !== line.position) moved = true;
    if (known) Object.assign(known, line, { height: known.length === line.length && known.named === line.named ? known.height : undefined });
  }
  if (moved) order.sort((a, b) => a.position - b.position);
  index();
  return moved;
}

function forget(ids) {
  const gone = new Set(ids.filter((id) => places.has(id)));
  if (!gone.size) return false;
  for (const id of gone) {
    const row = element(id);
    if (row && !("editing" in row.dataset)) row.remove();
  }
  tell("rows:gone", { lines: [...gone], next: [...gone].map((id) => survivor(id, gone)).find(Boolean) });
  order = order.filter((line) => !gone.has(line.id));
  index();
  return true;
}

function survivor(id, gone) {
  const at = places.get(id);
  const after = order.slice(at).find((line) => !gone.has(line.id));
  return (after ?? order.slice(0, at).findLast((line) => !gone.has(line.id)))?.id;
}

// Brings the page in line with the order: rows where they belong, gaps for what is not there.
function lay() {
  let node = list.firstElementChild;
  const skip = () => {
    while (node && "new" in node.dataset) node = node.nextElementSibling;
  };
  const put = (wanted) => {
    skip();
    if (node === wanted) node = node.nextElementSibling;
    else list.insertBefore(wanted, node);
  };
  for (let at = 0; at < order.length; ) {
    const row = element(order[at].id);
    if (row) {
      put(row);
      name(row, at);
      at += 1;
      continue;
    }
    let end = at;
    while (end < order.length && !element(order[end].id)) end += 1;
    skip();
    const gap = node?.matches(".gap") ? node : document.createElement("li");
    gap.className = "gap";
    gap.setAttribute("aria-hidden", "true");
    gap.replaceChildren();
    gap.style.height = `${tall(at, end)}px`;
    gap.dataset.first = at;
    gap.dataset.end = end;
    put(gap);
    watcher.observe(gap);
    at = end;
  }
  skip();
  while (node) {
    const next = node.nextElementSibling;
    if (!("editing" in node.dataset) && !("new" in node.dataset)) node.remove();
    node = next;
  }
  tell("rows:changed");
}

// What a screen reader says of a row: which line it is, of how many.
function name(row, at) {
  row.querySelector(".lane")?.setAttribute("aria-label", gettext("Line %(number)s", { number: at + 1 }));
  row.setAttribute("aria-posinset", at + 1);
  row.setAttribute("aria-setsize", isWhole ? order.length : -1);
}

const high = (line) => line.height ?? spare + (line.named ? NAME : 0) + LINE * Math.max(1, Math.ceil(line.length / letters));

function tall(first, end) {
  let sum = 0;
  for (let at = first; at < end; at += 1) sum += high(order[at]);
  return Math.round(sum);
}

function measure() {
  let [sum, lines] = [0, 0];
  for (const row of list.querySelectorAll(":scope > .line[id^=line-]")) {
    const line = entry(row.dataset.line);
    if (!line) continue;
    line.height = row.offsetHeight;
    const text = row.querySelector(".words").offsetHeight;
    spare = line.height - text;
    const count = Math.round((text - (line.named ? NAME : 0)) / LINE);
    if (count < 2) continue;
    sum += line.length;
    lines += count - 0.5; // the last line is half full
  }
  if (lines) letters = sum / lines;
}

// Which lines of the gaps near the window are wanted first.
function wanted() {
  for (const gap of list.querySelectorAll(":scope > .gap")) {
    const box = gap.getBoundingClientRect();
    if (box.bottom < -NEAR || box.top > innerHeight + NEAR) continue;
    let [at, y] = [Number(gap.dataset.first), box.top];
    const end = Number(gap.dataset.end);
    while (at < end - 1 && y + high(order[at]) < -NEAR) {
      y += high(order[at]);
      at += 1;
    }
    let last = at;
    while (last < end && (y < innerHeight + NEAR || last - at < AT_LEAST) && last - at < AT_MOST) {
      y += high(order[last]);
      last += 1;
    }
    // What is scrolled up to is filled from its lower end.
    if (box.top < 0 && last === end) at = Math.max(Number(gap.dataset.first), Math.min(at, end - AT_LEAST));
    return [at, Math.max(last, at + 1)];
  }
  return null;
}

async function fetchRows(first, end) {
  const from = order[first].position;
  const to = order[end - 1].position;
  const answer = await fetch(`${list.dataset.window}?from=${from}&to=${to}`, { headers: { "HX-Request": "true" } });
  if (answer.redirected) location.reload();
  if (!answer.ok) throw new Error(`rows: ${answer.status}`);
  const page = new DOMParser().parseFromString(`<ol>${await answer.text()}</ol>`, "text/html");
  return [...page.querySelectorAll("li.line")];
}

async function ask(first, end) {
  const own = list;
  const rows = await fetchRows(first, end);
  if (own !== list) return; // another page has come meanwhile
  const found = new Set(rows.map((row) => row.dataset.line));
  const reach = rows.length < AT_MOST ? Infinity : Number(rows.at(-1).dataset.position);
  forget(order.slice(first, end).filter((line) => line.position <= reach && !found.has(line.id)).map((line) => line.id));
  learn(rows);
  adopt(rows.filter((row) => !element(row.dataset.line)));
}

function adopt(rows) {
  const own = rows.map((row) => document.importNode(row, true));
  for (const row of own) {
    row.removeAttribute("hx-swap-oob");
    list.append(row); // lay() finds it by its id, and puts it in its place
  }
  steady(lay);
  for (const row of own) {
    htmx.process(row);
    htmx.trigger(row, "htmx:load", { elt: row });
  }
}

// Browsers that do not hold on to what is in sight by themselves are helped.
const holds = CSS.supports("overflow-anchor", "auto");
function steady(change) {
  if (holds) return change();
  const seen = [...list.children].find((row) => row.getBoundingClientRect().bottom > 100);
  const before = seen?.getBoundingClientRect().top;
  change();
  if (seen?.isConnected) scrollBy(0, seen.getBoundingClientRect().top - before);
}

async function fill() {
  if (asking || !list || !isWhole) return;
  asking = true;
  try {
    for (let next = wanted(); next; next = wanted()) {
      await ask(...next);
      measure();
      shed();
    }
  } catch {
    setTimeout(fill, 2000); // the studio does not answer: notices.js says so when a poll finds out
  } finally {
    asking = false;
  }
}

// The farthest rows go, but none that somebody works on.
function shed() {
  const rows = [...list.querySelectorAll(":scope > .line[id^=line-]:not(.is-selected, .is-playing, :focus-within)")];
  if (rows.length <= KEPT) return;
  const far = (row) => {
    const box = row.getBoundingClientRect();
    return Math.max(-box.bottom, box.top - innerHeight);
  };
  const distances = rows.map((row) => [far(row), row]).filter(([away]) => away > 2 * NEAR);
  distances.sort((a, b) => b[0] - a[0]);
  for (const [, row] of distances.slice(0, rows.length - KEPT)) row.remove();
  steady(lay);
}

// Resolves to the row of a line, which is fetched where it is far away; to null where there is none.
export async function bring(id) {
  if (element(id)) return element(id);
  await whole;
  const at = places.get(String(id));
  if (at === undefined) return null;
  await ask(Math.max(0, at - 20), Math.min(order.length, at + 40));
  measure();
  return element(id);
}

async function fetchOrder() {
  const own = list;
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await fetch(list.dataset.order);
    if (!answer.ok || answer.redirected) return;
    const { version, lines } = await answer.json();
    if (own !== list) return;
    const since = Number(document.getElementById("poller").getAttribute("hx-get").match(/since=(\d+)/)?.[1] ?? 0);
    if (version < since) continue; // a poll was quicker: what it brought must not be lost
    const heights = new Map(order.map((line) => [line.id, line.height]));
    order = lines.map(([id, position, mark, take, ms, own, length, trims, who, kind, ...silence]) => ({
      ...{ id: String(id), position, mark, take: take ? String(take) : "", v: take ? String(trims) : "", ms, own, kind, who: String(who || ""), silence, length, named: Boolean(who) },
      height: heights.get(String(id)),
    }));
    index();
    isWhole = true;
    measure();
    steady(lay);
    return fill();
  }
}

// Too much has changed to be brought line by line, or every position has: the order is asked for again, and what is on
// the page with it.
async function renew() {
  whole = fetchOrder();
  await whole;
  const shown = order.map((line, at) => at).filter((at) => document.getElementById(`line-${order[at].id}`));
  while (shown.length) {
    const first = shown[0];
    const end = shown.findLast((at) => at < first + AT_MOST) + 1;
    shown.splice(0, shown.findLastIndex((at) => at < end) + 1);
    for (const row of await fetchRows(first, end)) {
      const old = document.getElementById(row.id);
      if (!old) continue;
      const own = document.importNode(row, true);
      old.replaceWith(own);
      htmx.process(own);
      htmx.trigger(own, "htmx:load", { elt: own });
    }
  }
  lay();
}

// What answers bring of rows: those on the page are swapped by htmx, the others are taken over here.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const poller = detail.requestConfig.elt.id === "poller";
  if (!list || (!poller && !detail.serverResponse.includes('id="line-'))) return;
  const page = new DOMParser().parseFromString(`<body>${detail.serverResponse}`, "text/html");
  const rows = [...page.querySelectorAll("li.line")];
  const moved = learn(rows);
  const news = [];
  for (const row of rows.filter((one) => one.hasAttribute("hx-swap-oob"))) {
    if (document.getElementById(row.id)) continue;
    row.remove();
    if (!element(row.dataset.line) && isShownAround(row.dataset.line)) news.push(row);
  }
  const told = page.getElementById("poller")?.dataset ?? {};
  const gone = forget((told.gone ?? "").split(",").filter(Boolean));
  detail.serverResponse = page.body.innerHTML;
  if ("renew" in told) setTimeout(renew);
  else if (moved || gone) setTimeout(() => (adopt(news), fill()));
  else if (rows.length) setTimeout(() => tell("rows:changed"));
});

// A new line is shown at once where its neighbours are.
function isShownAround(id) {
  const at = places.get(id);
  const near = [order[at - 1], order[at + 1]].filter(Boolean);
  return near.length === 0 || near.some((line) => element(line.id));
}

const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && fill(), { rootMargin: `${NEAR}px` });
let whole = Promise.resolve();
let width = 0;
addEventListener("scrollend", fill);
addEventListener("resize", () => {
  if (!list || list.offsetWidth === width) return;
  width = list.offsetWidth;
  for (const line of order) line.height = undefined;
  measure();
  lay();
});
begins(() => {
  list = document.getElementById("lines");
  order = [];
  index();
  isWhole = asking = false;
  whole = Promise.resolve();
  watcher.disconnect();
  if (!list) return;
  width = list.offsetWidth;
  learn(list.querySelectorAll(":scope > .line"));
  isWhole = order.length >= Number(list.dataset.count);
  measure();
  if (isWhole) lay();
  else {
    const gap = list.querySelector(".gap");
    if (gap) gap.style.height = `${(Number(list.dataset.count) - order.length) * (tall(0, order.length) / Math.max(1, order.length))}px`;
    whole = fetchOrder();
  }
});
