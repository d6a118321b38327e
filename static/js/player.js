// The one player of the page. Two decks in turn: while a line is heard the next one is loaded already.
const player = document.getElementById("player");
// Which line comes next is asked of rows.js: rows that are far away are not on the page.
import * as rows from "./rows.js";

const { list } = rows;
const playButton = document.getElementById("play");
const untilButton = document.getElementById("until-end");
const speed = document.getElementById("speed");
const decks = [new Audio(), new Audio()];
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

let deck = decks[0];
let heard = null; // {line, take, ms, name, started}: what play plays; a single take from the history has no line
let gap = null; // {timer, line}: the pause between two lines
let live = null; // {line, take, playing, sounding, at}: what live.js plays while it is being made, in place of the decks
let until = false;
let selected = "";
let touched = 0; // when the person last scrolled or typed

const row = (id) => (id ? rows.element(id) : null);
const isPlaying = () => (live ? live.playing : Boolean(gap?.timer) || (heard !== null && !deck.paused && !deck.ended));
// The number of trims is part of the address: a trimmed take is another sound.
const address = ({ src, take, v }) => src ?? `${player.dataset.audio.replace("/0/", `/${take}/`)}?v=${v || 0}`;

function load(audio, what) {
  if (audio.dataset.sound === address(what)) return;
  audio.dataset.sound = audio.src = address(what);
  audio.preload = "auto";
}

function start(what, { at = 0 } = {}) {
  if (live) tell("live:stop");
  endGap();
  deck.pause();
  deck = decks.find((one) => one.dataset.sound === address(what)) ?? decks.find((one) => one !== deck);
  load(deck, what);
  const before = heard;
  heard = { ...what, started: true };
  if (deck.readyState > 0) deck.currentTime = at;
  else if (at) deck.addEventListener("loadedmetadata", () => (deck.currentTime = at), { once: true });
  deck.playbackRate = deck.defaultPlaybackRate = Number(speed.value);
  deck.preservesPitch = true;
  deck.play().catch(failed);
  tell("sound:loaded", { take: what.take, v: what.v, ms: what.ms, at });
  if (until && before && before.line !== what.line && before.line === selected) follow(what.line);
  mark();
  prepareNext();
}

function failed(error) {
  if (error.name === "AbortError") return;
  delete deck.dataset.sound;
  tell("say", "This take could not be played. The browser did not get its sound. Try again.");
  draw();
}

const lineName = (id) => (rows.number(id) ? `Line ${rows.number(id)}` : "Line");

function startLine({ id, take, v, ms }, options) {
  start({ line: id, take, v, ms, name: lineName(id) }, options);
}

function prepareNext() {
  const next = until && heard.line && heard.started ? rows.playable(heard.line, 1) : null;
  if (next) load(decks[0] === deck ? decks[1] : decks[0], next);
}

// After a line: its real pause, then the next one.
function ended() {
  const line = heard?.line && rows.entry(heard.line);
  const next = until && line ? rows.playable(heard.line, 1) : null;
  if (!next) return draw();
  const pause = line.pause / Number(speed.value);
  gap = { line: next.id, timer: setTimeout(leaveGap, pause) };
  draw();
}

function leaveGap() {
  const line = rows.entry(gap?.line);
  gap = null;
  if (line?.take) startLine(line);
  else draw();
}

function endGap() {
  clearTimeout(gap?.timer);
  gap = null;
}

// A line that is being made is heard live, unless another one stands paused.
const making = () => !isPlaying() && !(heard?.started && !deck.ended && heard.line !== selected) && row(selected)?.dataset.live;

function toggle() {
  if (live) return tell("live:toggle", { line: live.line });
  if (making()) return tell("live:toggle", { line: selected, take: making() });
  if (isPlaying()) {
    if (gap) {
      clearTimeout(gap.timer);
      gap.timer = 0;
    }
    deck.pause();
  } else if (gap) {
    leaveGap();
  } else if (!heard) {
    tell("say", "This line has no take yet. Generate it first.");
  } else if (!heard.started || deck.ended) {
    start(heard);
  } else {
    deck.play().catch(failed);
  }
  draw();
}

// A line that is selected while all is quiet is what play plays next; its sound is fetched when it is played.
function cue(line) {
  endGap();
  const take = line?.take;
  heard = take ? { line: line.id, take, v: line.v, ms: line.ms, name: lineName(line.id) } : null;
  tell("sound:loaded", { take: take ?? "", v: line?.v, ms: heard?.ms ?? 0, at: 0 });
  mark();
}

function play({ line, until: onward, toggle: press }) {
  if (press && row(line)?.dataset.live) return tell("live:toggle", { line, take: row(line).dataset.live });
  if (press && live?.line === line) return toggle();
  if (press && heard?.line === line && (isPlaying() || (!deck.ended && deck.currentTime > 0))) return toggle();
  if (onward !== undefined) setUntil(onward);
  let from = rows.entry(line);
  if (from && !from.take && until) from = rows.playable(line, 1);
  if (from?.take) startLine(from);
  else tell("say", "There is no take from here on. Generate the lines first.");
}

function setUntil(on) {
  until = on;
  untilButton.setAttribute("aria-pressed", String(on));
  if (heard) prepareNext();
}

// Five seconds back on the tape; over the start of a line into the one before it, where a run is heard.
function back() {
  if (live || !heard?.started) return;
  endGap();
  let rest = 5 - deck.currentTime;
  if (rest <= 0 || !until || !heard.line) {
    deck.currentTime = Math.max(0, -rest);
    return deck.ended || deck.play().catch(failed);
  }
  let line = rows.entry(heard.line);
  while (rest > 0) {
    const before = line && rows.playable(line.id, -1);
    if (!before) return startLine(line);
    line = before;
    rest -= line.pause / 1000;
    if (rest <= 0) return startLine(line, { at: Math.max(0, line.ms / 1000 - 0.05) });
    rest -= line.ms / 1000;
  }
  startLine(line, { at: -rest });
}

// The selection goes along with a run, so that a key pressed on hearing a slip acts on the line with the slip.
function follow(id) {
  if (document.activeElement?.closest("input, textarea, select") || document.querySelector("[data-editing], dialog[open]")) return;
  tell("line:select", { line: id });
}

function keepInSight(line) {
  if (performance.now() - touched < 4000 || document.activeElement?.closest("input, textarea, select")) return;
  const box = line.getBoundingClientRect();
  const foot = innerHeight - player.offsetHeight;
  if (box.top >= 110 && box.bottom <= foot - 40) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: scrollY + box.top - innerHeight * 0.28, behavior: calm ? "auto" : "smooth" });
}

function mark() {
  for (const line of list?.querySelectorAll(".is-playing") ?? []) line.classList.remove("is-playing");
  const line = row((live ?? heard)?.line);
  if (live ? live.sounding : heard?.started) line?.classList.add("is-playing");
  if (line && until && !live && heard.started) keepInSight(line);
  const words = line?.querySelector(".words");
  document.getElementById("heard").textContent = words?.value ?? words?.textContent ?? heard?.name ?? "";
  if ("mediaSession" in navigator && heard) navigator.mediaSession.metadata = new MediaMetadata({ title: heard.name, album: document.title });
  draw();
}

const clock = (ms) => {
  const s = Math.floor(ms / 1000);
  const minutes = Math.floor(s / 60);
  const rest = String(s % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
};

// The clock counts the script as it will sound: lines and pauses. A take out of the history counts for itself.
function tape() {
  let before = 0;
  let all = 0;
  for (const line of rows.all()) {
    if (line.id === (live ?? heard)?.line) before = all;
    if (line.take) all += line.ms + line.pause;
  }
  return heard && !heard.line && !live ? { before: 0, all: heard.ms } : { before, all };
}

// Windows of rows come a hundred at a time: the tape is measured once for all of them.
let drawing = 0;
function drawSoon() {
  drawing ||= setTimeout(() => ((drawing = 0), draw()));
}

let length = { before: 0, all: 0 };
function draw() {
  const playing = isPlaying();
  playButton.setAttribute("aria-label", playing ? "Pause" : "Play");
  playButton.querySelector("use").setAttribute("href", playing ? "#i-pause" : "#i-play");
  length = tape();
  document.getElementById("clock-all").textContent = clock(length.all);
  drawTime();
}

function drawTime() {
  const at = live?.at ?? (heard?.started ? deck.currentTime : 0);
  document.getElementById("clock-now").textContent = clock(length.before + at * 1000);
  tell("sound:time", { at });
}

function frame() {
  drawTime();
  if (!deck.paused) requestAnimationFrame(frame);
}

for (const audio of decks) {
  audio.addEventListener("ended", () => audio === deck && ended());
  audio.addEventListener("play", () => audio === deck && (draw(), requestAnimationFrame(frame)));
  audio.addEventListener("pause", () => audio === deck && draw());
  audio.addEventListener("error", () => audio === deck && heard && audio.src && failed(new Error("load")));
}
playButton.addEventListener("click", toggle);
document.getElementById("back").addEventListener("click", back);
untilButton.addEventListener("click", () => setUntil(!until));
speed.addEventListener("change", () => decks.forEach((audio) => (audio.playbackRate = audio.defaultPlaybackRate = Number(speed.value))));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play-take]");
  if (!button) return;
  const take = button.dataset.playTake;
  const from = button.dataset.fromMs;
  if (heard?.take === take && isPlaying() && !from) return toggle();
  const at = Math.max(0, Number(from ?? 0) / 1000 - 0.5); // half a second before what is to be heard
  start({ line: null, take, v: button.dataset.v, ms: Number(button.dataset.ms), name: button.dataset.name }, { at });
});
document.addEventListener("click", (event) => {
  const seam = event.target.closest("[data-play-seam]")?.dataset;
  if (seam) tell("sound:hear", { src: seam.playSeam, ms: Number(seam.ms), name: seam.name });
});
// Sound that is no take: a seam, or a trim that is tried.
document.addEventListener("sound:hear", ({ detail: { src, ms, name } }) => {
  if (heard?.src === src && isPlaying()) return toggle();
  start({ line: null, take: "", src, ms, name });
});
document.addEventListener("sound:play", ({ detail }) => play(detail));
document.addEventListener("sound:toggle", toggle);
document.addEventListener("sound:hush", () => isPlaying() && toggle());
document.addEventListener("sound:back", back);
document.addEventListener("sound:go-on", ({ detail: { line, take, ms, at } }) => {
  start({ line, take, ms, name: lineName(line) }, { at });
});
document.addEventListener("sound:seek", ({ detail }) => {
  if (live) return rows.entry(live.line)?.take === live.take && startLine(rows.entry(live.line), detail);
  if (!heard) return;
  if (!heard.started) start(heard, { at: detail.at });
  else if (!gap) deck.currentTime = Math.min(detail.at, deck.duration || 0);
  drawTime();
});
document.addEventListener("live:state", ({ detail }) => {
  const begins = detail && !live;
  if (begins) endGap();
  if (begins) deck.pause();
  live = detail;
  if (begins) tell("sound:loaded", { take: "", ms: 0, at: 0 });
  if (detail) mark();
  else cue(rows.entry(selected));
});
document.addEventListener("live:time", ({ detail }) => {
  if (live) live.at = detail.at;
  drawTime();
});
document.addEventListener("line:selected", ({ detail }) => {
  selected = detail.line;
  if (!live && !isPlaying() && heard?.line !== selected) cue(rows.entry(selected));
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (!elt.matches(".line")) return;
  if (live) return renewLive(elt);
  if (elt.dataset.line === selected && !isPlaying() && (elt.dataset.take !== heard?.take || elt.dataset.v !== String(heard?.v))) return cue(rows.entry(selected));
  if (elt.dataset.line === heard?.line && heard.started) elt.classList.add("is-playing");
  if (heard) prepareNext();
  drawSoon();
});
document.addEventListener("rows:changed", drawSoon);
// The line heard live is drawn anew: once its take is ready, its waveform is there, too.
function renewLive(line) {
  if (line.dataset.line !== live.line) return draw();
  if (line.dataset.take === live.take) tell("sound:loaded", { take: live.take, v: line.dataset.v, ms: Number(line.dataset.ms), at: live.at });
  mark();
}

for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  addEventListener(name, () => (touched = performance.now()), { passive: true });
}
if ("mediaSession" in navigator) {
  navigator.mediaSession.setActionHandler("play", toggle);
  navigator.mediaSession.setActionHandler("pause", toggle);
}
draw();
