// The trim of a take: handles on its whole waveform and numbers below it, which move together. What is heard before it
// is kept comes from the studio, so that it is the same to the sample.
import { gettext } from "./words.js";

const PAIRS_A_SECOND = 50;
const STEP_MS = 10;
const LEAST_MS = 100;
const GRAIN_MS = { PageUp: 100, PageDown: -100, ArrowUp: STEP_MS, ArrowRight: STEP_MS, ArrowDown: -STEP_MS, ArrowLeft: -STEP_MS };
let panel = null; // {form, canvas, pen, peaks, ms}

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const field = (name) => panel.form.elements[name];
const value = (name) => Number(field(name).value) || 0;
const handle = (name) => panel.form.querySelector(`[data-handle="${name}"]`);

// How far each may go: something is left, and the fades do not meet.
function most(name) {
  const left = panel.ms - value("head_ms") - value("tail_ms");
  if (name === "head_ms") return panel.ms - value("tail_ms") - Math.max(LEAST_MS, value("fade_in_ms") + value("fade_out_ms"));
  if (name === "tail_ms") return panel.ms - value("head_ms") - Math.max(LEAST_MS, value("fade_in_ms") + value("fade_out_ms"));
  return left - value(name === "fade_in_ms" ? "fade_out_ms" : "fade_in_ms");
}

function set(name, ms) {
  const within = Math.max(0, Math.min(most(name), Math.round(ms / STEP_MS) * STEP_MS));
  field(name).value = within || "";
  draw();
}

// Where each handle stands, in ms from the beginning of the whole sound.
function place(name) {
  if (name === "head_ms") return value("head_ms");
  if (name === "tail_ms") return panel.ms - value("tail_ms");
  if (name === "fade_in_ms") return value("head_ms") + value("fade_in_ms");
  return panel.ms - value("tail_ms") - value("fade_out_ms");
}

function pull(name, at) {
  if (name === "head_ms") set(name, at);
  else if (name === "tail_ms") set(name, panel.ms - at);
  else if (name === "fade_in_ms") set(name, at - value("head_ms"));
  else set(name, panel.ms - value("tail_ms") - at);
}

function gainAt(ms) {
  const [start, stop] = [place("head_ms"), place("tail_ms")];
  if (ms < start || ms > stop) return 0;
  const ramp = (part) => 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, Math.max(0, part)));
  const rise = value("fade_in_ms") ? ramp((ms - start) / value("fade_in_ms")) : 1;
  const fall = value("fade_out_ms") ? ramp((stop - ms) / value("fade_out_ms")) : 1;
  return rise * fall * 10 ** (value("gain_db") / 20);
}

function draw() {
  const { canvas, pen, peaks, ms } = panel;
  const scale = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  const style = getComputedStyle(document.documentElement);
  const [kept, cut] = [style.getPropertyValue("--ink-2"), style.getPropertyValue("--line")];
  for (let x = 0; x < width; x += 2) {
    const at = (x / width) * ms;
    let high = 0;
    const from = Math.floor((at / 1000) * PAIRS_A_SECOND);
    const to = Math.max(from + 1, Math.floor((((x + 2) / width) * ms * PAIRS_A_SECOND) / 1000));
    for (let pair = from; pair < to; pair++) high = Math.max(high, -(peaks[2 * pair] ?? 0), peaks[2 * pair + 1] ?? 0);
    const gain = gainAt(at);
    const tall = (level) => Math.max(1, Math.sqrt(Math.min(1, level)) * (height - 30));
    const middle = height / 2 + 10;
    pen.fillStyle = cut;
    pen.fillRect(x, middle - tall(high / 128) / 2, 1, tall(high / 128));
    pen.fillStyle = kept;
    if (gain) pen.fillRect(x, middle - tall((high / 128) * gain) / 2, 1, tall((high / 128) * gain));
  }
  for (const one of panel.form.querySelectorAll("[data-handle]")) drawHandle(one);
}

function drawHandle(one) {
  const name = one.dataset.handle;
  one.style.insetInlineStart = `${(place(name) / panel.ms) * 100}%`;
  one.setAttribute("aria-valuemin", 0);
  one.setAttribute("aria-valuemax", Math.max(0, most(name)));
  one.setAttribute("aria-valuenow", value(name));
  one.setAttribute("aria-valuetext", gettext("%(count)s milliseconds", { count: value(name) }));
}

async function begin(form) {
  const canvas = form.querySelector("canvas");
  panel = { form, canvas, pen: canvas.getContext("2d"), peaks: new Int8Array(), ms: Number(form.dataset.ms) };
  form.querySelector("[data-trim-wave]").hidden = false;
  draw();
  new ResizeObserver(() => panel?.form === form && draw()).observe(canvas);
  if (!form.contains(document.activeElement)) handle("head_ms").focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
  const answer = await fetch(form.dataset.whole).catch(() => null);
  if (!answer?.ok || panel?.form !== form) return;
  panel.peaks = new Int8Array(await answer.arrayBuffer());
  draw();
}

function end() {
  if (!panel) return;
  panel.form.remove();
  panel = null;
}

// The fields that are empty say nothing; the token is not for addresses.
function hear() {
  const said = new URLSearchParams([...new FormData(panel.form)].filter(([name, text]) => text && name !== "csrfmiddlewaretoken"));
  const ms = panel.ms - value("head_ms") - value("tail_ms");
  tell("sound:hear", { src: `${panel.form.dataset.trimmed}?${said}`, ms, name: panel.form.dataset.name });
}

const pulled = (event) => {
  const box = panel.canvas.getBoundingClientRect();
  return ((event.clientX - box.left) / box.width) * panel.ms;
};
document.addEventListener("pointerdown", (event) => {
  const one = event.target.closest?.("[data-handle]");
  if (!one || !panel) return;
  event.preventDefault();
  one.setPointerCapture(event.pointerId);
  one.focus({ preventScroll: true });
});
document.addEventListener("pointermove", (event) => {
  const one = event.target.closest?.("[data-handle]");
  if (one?.hasPointerCapture(event.pointerId)) pull(one.dataset.handle, pulled(event));
});
document.addEventListener("keydown", (event) => {
  if (!panel?.form.contains(event.target)) return;
  const one = event.target.closest("[data-handle]");
  if (event.key === "Escape") {
    event.preventDefault();
    end();
    tell("line:focus");
  } else if (one && event.key === "Home") {
    event.preventDefault();
    set(one.dataset.handle, 0);
  } else if (one && event.key in GRAIN_MS) {
    event.preventDefault();
    // An arrow to a side moves the handle to that side: at the tail, to the left is to cut more.
    const isAside = event.key === "ArrowLeft" || event.key === "ArrowRight";
    const way = isAside && ["tail_ms", "fade_out_ms"].includes(one.dataset.handle) ? -1 : 1;
    set(one.dataset.handle, value(one.dataset.handle) + way * GRAIN_MS[event.key] * (event.shiftKey ? 10 : 1));
  } else if (one && event.key === " ") {
    event.preventDefault();
    hear();
  } else if (one && event.key === "Enter") {
    event.preventDefault();
    panel.form.requestSubmit(panel.form.querySelector(".is-main"));
  }
});
document.addEventListener("input", (event) => panel?.form.contains(event.target) && draw());
document.addEventListener("click", (event) => {
  if (!panel?.form.contains(event.target)) return;
  if (event.target.closest("[data-trim-close]")) end();
  else if (event.target.closest("[data-trim-hear]")) hear();
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  const form = elt.matches?.("[data-trim]") ? elt : elt.querySelector?.("[data-trim]");
  if (form) begin(form);
  else if (panel && !panel.form.isConnected) panel = null;
});
