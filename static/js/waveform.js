// The waveform of the take that is heard: where the sound is, and a click or an arrow key to go there.
const canvas = document.getElementById("waveform");
const pen = canvas.getContext("2d");
const PAIRS_A_SECOND = 50;
const BAR = 3;
const kept = new Map(); // take and trims -> Int8Array, the last few
let take = "";
let key = ""; // of what is shown in kept
let peaks = new Int8Array();
let seconds = 0;
let at = 0;
let places = []; // where the checks found something: [from, until] in seconds
let colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  colours = { wave: style.getPropertyValue("--wave"), live: style.getPropertyValue("--live"), warn: style.getPropertyValue("--warn") };
}

async function fetchPeaks(id, v) {
  const wanted = `${id}?v=${v}`;
  if (!kept.has(wanted)) {
    const answer = await fetch(`${document.getElementById("player").dataset.waveform.replace("/0/", `/${id}/`)}?v=${v}`);
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

function seek(to) {
  document.dispatchEvent(new CustomEvent("sound:seek", { detail: { at: Math.min(Math.max(to, 0), seconds) } }));
}

function describe() {
  canvas.setAttribute("aria-valuemax", seconds.toFixed(1));
  canvas.setAttribute("aria-valuenow", at.toFixed(1));
  canvas.setAttribute("aria-valuetext", seconds ? `${at.toFixed(1)} of ${seconds.toFixed(1)} seconds` : "Nothing is loaded");
}

document.addEventListener("sound:loaded", ({ detail }) => {
  const v = detail.v || 0;
  take = detail.take;
  if (key !== `${take}?v=${v}`) peaks = kept.get(`${take}?v=${v}`) ?? new Int8Array();
  key = `${take}?v=${v}`;
  seconds = detail.ms / 1000;
  at = detail.at;
  places = placesOf(take);
  describe();
  draw();
  if (take) fetchPeaks(take, v).catch(() => {});
});
let told = -1;
document.addEventListener("sound:time", ({ detail }) => {
  if (at === detail.at || !seconds) return;
  at = detail.at;
  draw();
  if (Math.floor(at * 2) !== told) {
    told = Math.floor(at * 2);
    describe();
  }
});

const place = (event) => ((event.clientX - canvas.getBoundingClientRect().left) / canvas.clientWidth) * seconds;
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  seek(place(event));
});
canvas.addEventListener("pointermove", (event) => {
  if (canvas.hasPointerCapture(event.pointerId)) seek(place(event));
});
canvas.addEventListener("keydown", (event) => {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1, Home: 0, End: seconds }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  seek(to);
});

new ResizeObserver(draw).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (readColours(), draw()));
readColours();
draw();
