// An own take of the selected line: from the microphone, or a file, into the form that stands in the inspector.
import { gettext } from "./words.js";

const MOST_S = 600;
const tell = (sentence) => document.dispatchEvent(new CustomEvent("say", { detail: sentence }));
const WHY = {
  NotAllowedError: gettext("The browser may not use the microphone. Allow it beside the address, then press Record again."),
  NotFoundError: gettext("There is no microphone. Connect one, then press Record again."),
  NotReadableError: gettext("Another program holds the microphone. Close it there, then press Record again."),
};
const canRecord = Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
let taking = null; // {form, recorder, parts, kept, timer}: what is being recorded now

const find = (form, name) => form.querySelector(`[data-record-${name}]`);

function show(form, on) {
  find(form, "start").hidden = on || !canRecord;
  find(form, "stop").hidden = find(form, "drop").hidden = !on;
  find(form, "file").hidden = on;
}

async function start(form) {
  if (taking) return;
  let stream;
  try {
    // As the microphone hears it: filters made for calls would change a narrator's voice.
    stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  } catch (error) {
    return tell(WHY[error.name] ?? gettext("The microphone could not be used. Hand in a file instead."));
  }
  if (!form.isConnected) return stream.getTracks().forEach((track) => track.stop());
  document.dispatchEvent(new CustomEvent("sound:hush"));
  const recorder = new MediaRecorder(stream);
  const began = performance.now();
  taking = { form, recorder, parts: [], kept: false };
  recorder.addEventListener("dataavailable", ({ data }) => taking.parts.push(data));
  recorder.addEventListener("stop", () => finish(stream));
  recorder.start(1000);
  show(form, true);
  taking.timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - began) / 1000);
    find(form, "time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds >= MOST_S) end(true);
  }, 250);
  find(form, "stop").focus();
}

function end(keep) {
  if (!taking) return;
  taking.kept = keep;
  if (taking.recorder.state !== "inactive") taking.recorder.stop();
}

function finish(stream) {
  const { form, recorder, parts, kept, timer } = taking;
  clearInterval(timer);
  stream.getTracks().forEach((track) => track.stop());
  taking = null;
  show(form, false);
  if (!kept) return;
  const sound = new File(parts, "recording", { type: recorder.mimeType });
  const files = new DataTransfer();
  files.items.add(sound);
  form.elements.file.files = files.files;
  form.elements.source.value = "recorded";
  form.requestSubmit();
}

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-record]");
  if (!form) return;
  if (event.target.closest("[data-record-start]")) start(form);
  else if (event.target.closest("[data-record-stop]")) end(true);
  else if (event.target.closest("[data-record-drop]")) end(false);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-record]");
  if (!form || event.target.name !== "file" || !event.target.files.length) return;
  form.elements.source.value = "uploaded";
  form.requestSubmit();
});
// Another line, another form: what was being recorded for the one before is not kept for this one.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (taking && detail.shouldSwap && detail.target.contains(taking.form) && detail.target.id !== "poller") {
    detail.shouldSwap = false;
    tell("A recording is under way. Keep or discard it first.");
  }
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  for (const form of elt.matches?.("[data-record]") ? [elt] : elt.querySelectorAll?.("[data-record]") ?? []) {
    if (form !== taking?.form) show(form, false);
  }
});
for (const [target, name] of [[window, "beforeunload"], [document, "page:may-leave"]]) target.addEventListener(name, (event) => taking && event.preventDefault());
