// The waveform of what is heard: a click or an arrow key goes there, a drag (or Shift and an arrow) selects what is heard
// over and over.
import { gettext } from "./words.js";

const canvas = document.getElementById("waveform");
const pen = canvas.getContext("2d");
const PAIRS_A_SECOND = 50;
const BAR = 3;
const SHORTEST_S = 0.08; // a shorter drag is a click
const STEP_S = 0.25;
const kept = new Map(); // address -> Int8Array, the last few
let take = "";
let key = ""; // the address of what is shown
let peaks = new Int8Array();
let seconds = 0;
let at = 0;
let places = []; // where the checks found something: [from, until] in seconds
let region = null; // [from, to] in seconds
let pressed = 0; // where a drag began
let colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  colours = Object.fromEntries(["wave", "live", "warn", "accent"].map((name) => [name, style.getPropertyValue(`--${name}`)]));
}

async function fetchPeaks(wanted) {
  if (!kept.has(wanted)) {
    const answer = await fetch(wanted);
    if (!answer.ok) return;
    kept.set(wanted, new Int8Array(await answer.arrayBuffer()));
    if (kept.size > 24) kept.delete(kept.keys().next().value);
  }
  if (wanted !== key) return;
  peaks = kept.get(wanted);
  draw();
}

function draw() {
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const middle = height / 2;
  if (region && seconds) {
    pen.globalAlpha = 0.18;
    pen.fillStyle = colours.accent;
    pen.fillRect((region[0] / seconds) * width, 0, ((region[1] - region[0]) / seconds) * width, height);
    pen.globalAlpha = 1;
  }
  const head = seconds ? (at / seconds) * width : 0;
  const shown = Math.min(peaks.length / 2, seconds * PAIRS_A_SECOND || 0);
  for (let x = 0; x < width; x += BAR) {
    let high = 0;
    const from = Math.floor((x / width) * shown);
    const to = Math.max(from + 1, Math.floor(((x + BAR) / width) * shown));
    for (let pair = from; pair < to && shown; pair++) high = Math.max(high, -peaks[2 * pair], peaks[2 * pair + 1]);
    // Speech is quiet on a straight scale: the root lifts it.
    const tall = Math.max(1, Math.sqrt(high / 128) * (height - 6));
    pen.fillStyle = x < head ? colours.live : colours.wave;
    pen.fillRect(x, middle - tall / 2, BAR - 1, tall);
  }
  pen.fillStyle = colours.warn;
  for (const [from, until] of seconds ? places : []) {
    pen.fillRect((from / seconds) * width, height - 3, Math.max(4, ((until - from) / seconds) * width), 3);
  }
  if (seconds) {
    pen.fillStyle = colours.live;
    pen.fillRect(Math.min(width - 2, Math.max(0, head - 1)), 0, 2, height);
  }
}

function placesOf(id) {
  const told = document.querySelector(`[data-take="${id}"][data-places], [data-play-take="${id}"][data-places]`)?.dataset.places ?? "";
  return told.split(" ").filter(Boolean).map((place) => place.split("-").map((ms) => Number(ms) / 1000));
}

// A seam has a waveform of its own, at its address; a trim that is only tried has none.
function addressOf({ take: id, v, src }) {
  if (id) return `${document.getElementById("player").dataset.waveform.replace("/0/", `/${id}/`)}?v=${v || 0}`;
  return src?.includes("/seam.wav") ? src.replace("/seam.wav", "/seam/waveform") : "";
}

function select(from, to) {
  const [first, last] = [from, to].sort((a, b) => a - b).map((at) => Math.min(Math.max(at, 0), seconds));
  region = last - first < SHORTEST_S ? null : [first, last];
  describe();
  draw();
}

const tellRegion = () => document.dispatchEvent(new CustomEvent("sound:region", { detail: region && { from: region[0], to: region[1] } }));

function seek(to) {
  if (region) {
    region = null;
    tellRegion();
  }
  document.dispatchEvent(new CustomEvent("sound:seek", { detail: { at: Math.min(Math.max(to, 0), seconds) } }));
}

function describe() {
  canvas.setAttribute("aria-valuemax", seconds.toFixed(1));
  canvas.setAttribute("aria-valuenow", at.toFixed(1));
  canvas.setAttribute("aria-valuetext", seconds ? placeInWords() : gettext("Nothing is loaded"));
}

function placeInWords() {
  const values = { at: at.toFixed(1), all: seconds.toFixed(1), from: region?.[0].toFixed(1), to: region?.[1].toFixed(1) };
  if (!region) return gettext("%(at)s of %(all)s seconds", values);
  return gettext("%(at)s of %(all)s seconds; %(from)s to %(to)s is heard over and over", values);
}

document.addEventListener("sound:loaded", ({ detail }) => {
  const before = key;
  take = detail.take;
  key = addressOf(detail);
  if (key !== before) peaks = kept.get(key) ?? new Int8Array();
  region = null;
  seconds = detail.ms / 1000;
  at = detail.at;
  places = placesOf(take);
  describe();
  draw();
  if (key) fetchPeaks(key).catch(() => {});
});
let told = -1;
const pixel = () => Math.round((at / seconds) * canvas.width);
document.addEventListener("sound:time", ({ detail }) => {
  if (at === detail.at || !seconds) return;
  const before = pixel();
  at = detail.at;
  if (pixel() !== before) draw();
  if (Math.floor(at * 2) !== told) {
    told = Math.floor(at * 2);
    describe();
  }
});

const place = (event) => ((event.clientX - canvas.getBoundingClientRect().left) / canvas.clientWidth) * seconds;
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pressed = place(event);
});
canvas.addEventListener("pointermove", (event) => {
  if (canvas.hasPointerCapture(event.pointerId)) select(pressed, place(event));
});
canvas.addEventListener("pointerup", (event) => {
  if (region && Math.abs(place(event) - pressed) >= SHORTEST_S) tellRegion();
  else seek(place(event));
});
canvas.addEventListener("keydown", (event) => {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1, Home: 0, End: seconds }[event.key];
  if (event.key === "Escape" && region) seek(at);
  if (to === undefined) return;
  event.preventDefault();
  if (!event.shiftKey) return seek(to);
  const [from, until] = region ?? [at, at];
  select(from, to < at ? until - STEP_S : until + STEP_S);
  tellRegion();
});

new ResizeObserver(draw).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (readColours(), draw()));
readColours();
draw();
