// Listening to a line while it is being made: its sound as it arrives. The player says when (live:toggle, live:stop)
// and is told how it goes (live:state, live:time); when all was heard it goes on with the finished take.
import { gettext } from "./words.js";

const RATE = 24000;
const HEAD_S = 0.03; // between the arrival of the first sound and its start ...
const AGAIN_S = 0.1; // ... and after the sound ran dry, to have a little more in hand
const FADE_S = 0.005;
const SHORT_MS = 500; // what may be missing at the end: the finished take joins its pieces more closely
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const address = (take) => document.getElementById("player").dataset.live.replace("/0/", `/${take}/`);
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

let session = null; // what is listened to; each effort to hear is an object of its own

function begin(line, take) {
  const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
  const gain = context.createGain();
  gain.connect(context.destination);
  session = { line, take, context, gain, stopped: new AbortController(), place: "0-0", epoch: "0", paused: false, ms: 0 };
  empty(session);
  follow(session);
  show();
  tell("say", gettext("Listening. This line is heard as soon as its sound comes."));
  frame(session);
}

// Nothing is heard yet of this epoch. zero: when, in the context's time, its first sample sounds.
function empty(own) {
  for (const source of own.sources ?? []) source.stop();
  own.gain.gain.cancelScheduledValues(0);
  Object.assign(own, { sources: new Set(), frames: 0, zero: null, odd: null });
}

function stop() {
  if (!session) return;
  session.stopped.abort();
  session.context.close();
  session = null;
  tell("live:state", null);
}

function toggle() {
  session.paused = !session.paused;
  if (session.paused) session.context.suspend();
  else session.context.resume();
  show();
  over(session);
}

const heardS = (own) => (own.zero === null ? 0 : Math.min(Math.max(0, own.context.currentTime - own.zero), own.frames / RATE));
const isSounding = (own) => own.sources.size > 0 && !own.paused;

function show() {
  const { line, take, paused } = session;
  session.shown = isSounding(session);
  tell("live:state", { line, take, playing: !paused, sounding: session.shown, at: heardS(session) });
}

function frame(own) {
  if (session !== own) return;
  if (isSounding(own) !== own.shown) show();
  tell("live:time", { at: heardS(own) });
  requestAnimationFrame(() => frame(own));
}

// One question after the other, each for what comes after the place that was reached.
async function follow(own) {
  while (session === own && !own.ms) {
    try {
      const answer = await fetch(`${address(own.take)}?after=${own.place}`, { signal: own.stopped.signal });
      if (answer.status === 503) return (own.deaf = true); // no live sound now: ask again when the row says that it is made
      if (!answer.ok || !answer.headers.has("Live-State")) return stop();
      const sound = await answer.arrayBuffer();
      if (session === own) take(own, answer.headers, sound);
      if (answer.headers.has("Retry-After")) await pause(Number(answer.headers.get("Retry-After")));
    } catch (error) {
      if (error.name === "AbortError") return;
      await pause(1);
    }
  }
}

function take(own, headers, sound) {
  const epoch = headers.get("Live-Epoch");
  if (own.epoch !== "0" && epoch !== own.epoch && epoch !== "0") {
    empty(own);
    tell("say", gettext("The sound broke off and is being made again. It starts from its beginning."));
  }
  own.epoch = epoch;
  own.place = headers.get("Live-Next");
  if (sound.byteLength) schedule(own, samples(own, sound));
  const state = headers.get("Live-State");
  if (state === "ready") ready(own, Number(headers.get("Live-Ms")));
  else if (state !== "coming") {
    stop();
    tell("say", state === "failed" ? gettext("This take could not be made. Its line says why.") : gettext("This take was taken back."));
  }
}

// Half a sample at the end waits for its other half.
function samples(own, sound) {
  const bytes = new Uint8Array((own.odd === null ? 0 : 1) + sound.byteLength);
  if (own.odd !== null) bytes[0] = own.odd;
  bytes.set(new Uint8Array(sound), bytes.length - sound.byteLength);
  own.odd = bytes.length % 2 ? bytes[bytes.length - 1] : null;
  const whole = new Int16Array(bytes.buffer, 0, bytes.length >> 1);
  const pcm = new Float32Array(whole.length);
  for (let n = 0; n < pcm.length; n++) pcm[n] = whole[n] / 32768;
  return pcm;
}

// Buffers follow one another to the sample. The end of what is there fades, in case that nothing comes in time.
function schedule(own, pcm) {
  if (!pcm.length) return;
  const { context, gain: { gain } } = own;
  const end = own.zero + own.frames / RATE;
  let from = end;
  if (own.zero === null || end - FADE_S < context.currentTime + 0.005) {
    from = Math.ceil((context.currentTime + (own.frames ? AGAIN_S : HEAD_S)) * RATE) / RATE;
    own.zero = from - own.frames / RATE;
    gain.setValueAtTime(0, from);
    gain.linearRampToValueAtTime(1, from + FADE_S);
  } else {
    gain.cancelScheduledValues(end - FADE_S);
  }
  const buffer = context.createBuffer(1, pcm.length, RATE);
  buffer.copyToChannel(pcm, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(own.gain);
  source.start(from);
  tell("live:sound", { take: own.take, at: from, startsInS: from - context.currentTime, seconds: pcm.length / RATE });
  own.frames += pcm.length;
  const last = own.zero + own.frames / RATE;
  gain.setValueAtTime(1, Math.max(last - FADE_S, from));
  gain.linearRampToValueAtTime(0, last);
  own.sources.add(source);
  source.addEventListener("ended", () => {
    own.sources.delete(source);
    if (session === own) over(own);
  });
}

function ready(own, ms) {
  own.ms = ms;
  over(own);
}

// All that came was heard and no more will come: the player has the rest, or the whole where none came live.
function over(own) {
  if (!own.ms || own.sources.size || own.paused) return;
  const heard = (1000 * own.frames) / RATE;
  stop();
  if (own.ms - heard > SHORT_MS) tell("sound:go-on", { line: own.line, take: own.take, ms: own.ms, at: heard / 1000 });
}

document.addEventListener("live:toggle", ({ detail: { line, take } }) => {
  if (session && (!take || session.take === take)) return toggle();
  stop();
  begin(line, take);
});
document.addEventListener("live:stop", stop);
// Whoever goes elsewhere before there is anything to hear, or while it is paused, does not want it any more.
document.addEventListener("line:selected", ({ detail }) => {
  if (session && session.line !== detail.line && !isSounding(session)) stop();
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (!session || !elt.matches(".line") || elt.dataset.line !== session.line) return;
  if (!session.deaf || elt.dataset.live === session.take) return;
  session.deaf = false;
  follow(session);
});
addEventListener("pagehide", stop);
