// The one player. Two decks in turn: while a line is heard the next one is loaded already. The decks stand in no
// document, so whoever goes to another page of the studio (travel.js) goes on hearing.
import * as rows from "./rows.js";
import * as tape from "./tape.js";
import { clock, lengthOf } from "./clock.js";
import { gettext } from "./words.js";

const player = document.getElementById("player");
const playButton = document.getElementById("play");
const untilButton = document.getElementById("until-end");
const speed = document.getElementById("speed");
const decks = [new Audio(), new Audio()];
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const AHEAD_S = 0.3; // so long before the end of a line the start of the next one is appointed

let deck = decks[0];
let heard = null; // {line, take, v, src, ms, name, started}: what play plays; a take from the history has no line
let gap = null; // {line, timer}: the pause between two lines; timer 0: it stands still
let live = null; // {line, take, playing, sounding, at}: what live.js plays while it is being made, in place of the decks
let region = null; // {from, to} in seconds: what of the sound is heard over and over
let until = false;
let selected = "";
let hasArrived = false; // another page has just come, and nobody has selected anything on it yet
let lagMs = 40; // between asking a deck to play and its sound, as it was lately
let asked = null; // {at, from}: when a deck was asked to play last, and from which second
let endsAt = 0; // when, in performance.now(), the line that is heard ends

const row = (id) => (id && tape.isHere() ? rows.element(id) : null);
const isPlaying = () => (live ? live.playing : Boolean(gap?.timer) || (heard !== null && !deck.paused && !deck.ended));
const isPaused = () => Boolean(heard?.started) && !isPlaying() && !deck.ended && deck.currentTime > 0;
const rate = () => Number(speed.value);
// The number of trims is part of the address: a trimmed take is another sound. So is one that is treated as in files.
function address({ src, take, v }) {
  const finish = tape.treatment();
  return src ?? `${player.dataset[finish ? "heard" : "audio"].replace("/0/", `/${take}/`)}?v=${v || 0}${finish && `-${finish}`}`;
}

function load(audio, what) {
  if (audio.dataset.sound === address(what)) return;
  audio.dataset.sound = audio.src = address(what);
  audio.preload = "auto";
}

function start(what, { at = 0, ahead = false } = {}) {
  if (live) tell("live:stop");
  endGap();
  if (!ahead) deck.pause(); // else it is at its end, and comes there by itself
  deck = decks.find((one) => one.dataset.sound === address(what)) ?? decks.find((one) => one !== deck);
  load(deck, what);
  const before = heard;
  heard = { ...what, ms: what.ms ?? (deck.duration * 1000 || 0), started: true };
  region = null;
  if (deck.readyState > 0) deck.currentTime = at;
  else if (at) deck.addEventListener("loadedmetadata", () => (deck.currentTime = at), { once: true });
  deck.playbackRate = deck.defaultPlaybackRate = rate();
  deck.preservesPitch = true;
  run();
  tellLoaded(at);
  if (until && before && before.line !== what.line && before.line === selected && tape.isHere()) follow(what.line);
  mark();
  prepareNext();
}

function tellLoaded(at) {
  tell("sound:loaded", { take: heard.take, v: heard.v, src: heard.src, ms: heard.ms, at });
}

// How long a seam is, only its sound says.
function measured({ target }) {
  if (target !== deck || heard?.ms !== 0) return;
  heard.ms = deck.duration * 1000;
  tellLoaded(deck.currentTime);
  draw();
}

function run() {
  asked = { at: performance.now(), from: deck.currentTime };
  deck.play().catch(failed);
}

// Its sound has come so far that when it began can be told.
function learnLag() {
  const began = performance.now() - ((deck.currentTime - asked.from) * 1000) / rate();
  lagMs = 0.7 * lagMs + 0.3 * Math.min(120, Math.max(0, began - asked.at));
  asked = null;
}

function failed(error) {
  if (error.name === "AbortError") return;
  delete deck.dataset.sound;
  tell("say", gettext("This take could not be played. The browser did not get its sound. Try again."));
  draw();
}

const lineName = (id) => (tape.isHere() && rows.number(id) ? gettext("Line %(number)s", { number: rows.number(id) }) : gettext("Line"));

function startLine({ id, take, v, ms }, options) {
  start({ line: id, take, v, ms, name: lineName(id) }, options);
}

function prepareNext() {
  const next = until && heard?.line && heard.started ? tape.playable(heard.line, 1) : null;
  const other = decks.find((one) => one !== deck);
  if (next && (other.paused || other.ended)) load(other, next); // else it still sounds to its end, and is loaded then
}

// After a line: its real pause, then the next one. It is appointed a little ahead, to begin when it is due.
function appoint() {
  const line = heard?.line && tape.entry(heard.line);
  const next = until && line && !region ? tape.playable(heard.line, 1) : null;
  if (!next || gap) return Boolean(gap);
  const due = endsAt + line.pause / rate() - lagMs;
  gap = { line: next.id, timer: setTimeout(leaveGap, Math.max(0, due - performance.now())) };
  return true;
}

function ended() {
  if (region) return again();
  if (!gap) endsAt = Math.min(endsAt || Infinity, performance.now());
  appoint();
  draw();
}

function again() {
  asked = null;
  deck.currentTime = region.from;
  if (deck.paused || deck.ended) run();
}

function leaveGap() {
  const line = tape.entry(gap?.line);
  gap = null;
  if (line?.take) startLine(line, { ahead: true });
  else draw();
}

function endGap() {
  clearTimeout(gap?.timer);
  gap = null;
}

// A line that is being made is heard live, unless another one stands paused.
const making = () => !isPlaying() && !(isPaused() && heard.line !== selected) && row(selected)?.dataset.live;

function toggle() {
  if (live) return tell("live:toggle", { line: live.line });
  if (making()) return tell("live:toggle", { line: selected, take: making() });
  if (isPlaying()) {
    if (gap && deck.ended) {
      clearTimeout(gap.timer);
      gap.timer = 0;
    } else {
      endGap();
    }
    deck.pause();
  } else if (gap) {
    leaveGap();
  } else if (!heard) {
    tell("say", gettext("This line has no take yet. Generate it first."));
  } else if (!heard.started || deck.ended) {
    if (!heard.started) tape.open();
    start(heard);
  } else {
    run();
  }
  draw();
}

// A line that is selected while all is quiet is what play plays next; its sound is fetched when it is played.
function cue(line) {
  endGap();
  tape.open();
  region = null;
  const take = line?.take;
  heard = take ? { line: line.id, take, v: line.v, ms: line.ms, name: lineName(line.id) } : null;
  tell("sound:loaded", { take: take ?? "", v: line?.v, ms: heard?.ms ?? 0, at: 0 });
  mark();
}

function play({ line, until: onward, toggle: press, at, lines }) {
  if (press && row(line)?.dataset.live) return tell("live:toggle", { line, take: row(line).dataset.live });
  if (press && live?.line === line) return toggle();
  if (press && heard?.line === line && (isPlaying() || isPaused())) return toggle();
  if (onward !== undefined) setUntil(onward);
  tape.open();
  tape.choose(lines);
  let from = lines ? tape.chosenLines()[0] : tape.entry(line);
  if (from && !from.take && until) from = tape.playable(line, 1);
  if (from?.take) startLine(from, { at });
  else tell("say", gettext("There is no take from here on. Generate the lines first."));
}

function setUntil(on) {
  until = on;
  tape.choose(null);
  untilButton.setAttribute("aria-pressed", String(on));
  if (!on) endGap();
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
  let line = tape.entry(heard.line);
  while (rest > 0) {
    const before = line && tape.playable(line.id, -1);
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
  if (document.activeElement?.closest("input, textarea, select") || document.querySelector("[data-editing]")) return;
  tell("line:select", { line: id });
}

// Who shows what is heard learns of it: the line in the text, its words, the system's own player.
function mark() {
  const { line, name } = live ?? heard ?? {};
  const sounds = live ? live.sounding : Boolean(heard?.started);
  tell("sound:heard", { line: line ?? "", name: name ?? heard?.name ?? "", sounds, runs: until && !live && sounds });
  draw();
}

// Windows of rows come a hundred at a time: the tape is measured once for all of them.
let drawing = 0;
function drawSoon() {
  drawing ||= setTimeout(() => ((drawing = 0), draw()));
}

let length = { before: 0, all: 0 };
function draw() {
  const playing = isPlaying();
  playButton.setAttribute("aria-label", playing ? gettext("Pause") : gettext("Play"));
  playButton.querySelector("use").setAttribute("href", playing ? "#i-pause" : "#i-play");
  player.toggleAttribute("data-on", playing || isPaused());
  length = lengthOf(heard && !heard.line && !live ? heard : null, (live ?? heard)?.line);
  document.getElementById("clock-all").textContent = clock(length.all);
  drawTime();
}

// Asked for with every frame; written, which lays the page out anew, once a second.
function drawTime() {
  const at = live?.at ?? (heard?.started ? deck.currentTime : 0);
  const now = clock(length.before + at * 1000);
  const shown = document.getElementById("clock-now");
  if (shown.textContent !== now) shown.textContent = now;
  tell("sound:time", { at });
}

function frame() {
  drawTime();
  attend();
  if (!deck.paused) requestAnimationFrame(frame);
}

// How long before the end of its sound the next line begins, where there is less pause than silence that files cut.
const earlyS = () => Math.max(0, -(tape.entry(heard?.line)?.pause ?? 0)) / 1000 / rate();

// What happens at a place of the sound: the region begins again, the next line is appointed.
function attend() {
  if (deck.paused || !deck.duration) return;
  if (region && (deck.currentTime >= region.to || deck.currentTime < region.from - 0.05)) return again();
  if (asked && deck.currentTime > asked.from + 0.1) learnLag();
  const leftS = (deck.duration - deck.currentTime) / rate();
  endsAt = performance.now() + leftS * 1000;
  if (leftS < AHEAD_S + earlyS()) appoint();
}

for (const audio of decks) {
  audio.addEventListener("ended", () => (audio === deck ? ended() : prepareNext()));
  audio.addEventListener("play", () => audio === deck && (draw(), requestAnimationFrame(frame)));
  audio.addEventListener("pause", () => audio === deck && draw());
  audio.addEventListener("loadedmetadata", measured);
  audio.addEventListener("timeupdate", () => audio === deck && region && attend()); // frames stand still in a hidden tab
  audio.addEventListener("error", () => audio === deck && heard && audio.src && failed(new Error("load")));
}
playButton.addEventListener("click", toggle);
document.getElementById("back").addEventListener("click", back);
untilButton.addEventListener("click", () => setUntil(!until));
speed.addEventListener("change", () => {
  endGap();
  for (const audio of decks) audio.playbackRate = audio.defaultPlaybackRate = rate();
});
document.addEventListener("click", (event) => {
  const seam = event.target.closest("[data-play-seam]")?.dataset;
  if (seam) return tell("sound:hear", { src: seam.playSeam, name: seam.name });
  const button = event.target.closest("[data-play-take]");
  if (!button) return;
  const { playTake: take, v, ms, name, fromMs: from } = button.dataset;
  if (heard?.take === take && isPlaying() && !from) return toggle();
  const at = Math.max(0, Number(from ?? 0) / 1000 - 0.5); // half a second before what is to be heard
  start({ line: null, take, v, ms: Number(ms), name }, { at });
});
// Sound that is no take: a seam, or a trim that is tried.
document.addEventListener("sound:hear", ({ detail: { src, ms, name } }) => {
  if (heard?.src === src && isPlaying()) return toggle();
  start({ line: null, take: "", src, ms, name });
});
document.addEventListener("sound:speed", ({ detail }) => {
  speed.selectedIndex = Math.min(speed.length - 1, Math.max(0, speed.selectedIndex + detail.by));
  speed.dispatchEvent(new Event("change"));
});
document.addEventListener("sound:play", ({ detail }) => play(detail));
document.addEventListener("sound:toggle", toggle);
document.addEventListener("sound:hush", () => isPlaying() && toggle());
document.addEventListener("sound:back", back);
document.addEventListener("sound:go-on", ({ detail: { line, take, v, ms, at } }) => {
  start({ line, take, v, ms, name: lineName(line) }, { at });
});
document.addEventListener("sound:region", ({ detail }) => {
  if (live || !heard) return;
  if (detail) endGap();
  if (detail && !heard.started) start(heard, { at: detail.from });
  region = detail;
  if (!region) return;
  again();
});
document.addEventListener("sound:seek", ({ detail }) => {
  if (live) return tape.entry(live.line)?.take === live.take && startLine(tape.entry(live.line), detail);
  if (!heard) return;
  if (!heard.started) start(heard, { at: detail.at });
  else if (!gap?.timer || !deck.ended) {
    endGap();
    asked = null;
    deck.currentTime = Math.min(detail.at, deck.duration || 0);
  }
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
  const stays = hasArrived && isPaused();
  hasArrived = false;
  if (!live && !isPlaying() && !stays && heard?.line !== selected) cue(rows.entry(selected));
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (!elt.matches(".line")) return;
  if (live) return renewLive(elt);
  const { line, take, v } = elt.dataset;
  if (line === selected && !isPlaying() && (line === heard?.line || !isPaused()) && (take !== heard?.take || v !== String(heard?.v))) return cue(rows.entry(selected));
  if (line === heard?.line && heard.started) mark();
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
// Another sound of the page, a reviewer's or that of a pickup: one is heard at a time.
document.addEventListener("play", ({ target }) => !decks.includes(target) && isPlaying() && toggle(), true);
document.addEventListener("page:begins", () => {
  selected = "";
  hasArrived = true;
  mark();
});
if ("mediaSession" in navigator) {
  navigator.mediaSession.setActionHandler("play", toggle);
  navigator.mediaSession.setActionHandler("pause", toggle);
}
draw();
