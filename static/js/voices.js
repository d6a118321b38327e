// The voices of a team: looked through and heard, on their page and in a dialog beside a field that names one. The
// field itself stays a plain select; what is taken here is put into it, as if it had been chosen there.
import { gettext, ngettext } from "./words.js";

const audio = new Audio();
let dialog = null;
let field = ""; // the id of the select that the dialog is for
let link = null; // what opened it
let form = ""; // where its form goes: another line may have come into the inspector meanwhile
let wanted = ""; // the voice that was asked for last
let heard = null; // the row that sounds


// Looking.
function filter(box) {
  const words = box.querySelector("[type=search]").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const kinds = [...box.querySelectorAll("[data-kind]")].filter((one) => one.value);
  const list = box.parentElement.querySelector(".voices-list");
  const all = [...list.querySelectorAll(".voice:not([data-voice=''])")];
  for (const row of all) {
    const text = `${row.textContent} ${row.dataset.mood} ${row.dataset.age} ${row.dataset.accent}`.toLocaleLowerCase();
    const fits = kinds.every((one) => row.dataset[one.dataset.kind].split(" ").includes(one.value));
    row.hidden = !fits || !words.every((word) => text.includes(word));
  }
  const shown = all.filter((row) => !row.hidden).length;
  list.querySelector("[data-none]").hidden = shown > 0;
  box.querySelector("[data-told]").textContent = shown < all.length ? ngettext("%(shown)s of %(count)s voice", "%(shown)s of %(count)s voices", all.length, { shown }) : "";
  if (dialog?.open) nameUse();
}

function showAll(box) {
  box.querySelector("[type=search]").value = "";
  for (const one of box.querySelectorAll("[data-kind]")) one.value = "";
  filter(box);
  box.querySelector("[type=search]").focus();
}

document.addEventListener("input", ({ target }) => {
  const box = target.closest("[data-filters]");
  if (box && target.id !== "voices-language") filter(box);
});
document.addEventListener("change", ({ target }) => {
  if (target.name === "picked") nameUse();
  if (target.id !== "voices-language") return;
  hush();
  if (dialog?.open) fetchVoices(target.value);
  else target.form.submit();
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-filters]")) event.preventDefault();
});

// Hearing. A sample that is not there yet is spoken first; whoever asks for another meanwhile hears that one.
function hear(row) {
  const own = row?.querySelector(".voice-hear");
  if (!own) return;
  if (heard === row && !audio.paused) return hush();
  wanted = row.dataset.voice;
  if (own.dataset.sound) play(row, own.dataset.sound);
  else own.requestSubmit();
}

function play(row, address) {
  hush();
  document.dispatchEvent(new CustomEvent("sound:hush"));
  heard = row;
  audio.src = address;
  audio.play().catch((error) => {
    if (error.name !== "AbortError") document.dispatchEvent(new CustomEvent("say", { detail: gettext("This sample could not be played. Try again.") }));
    draw();
  });
  draw();
}

function hush() {
  audio.pause();
  const row = heard;
  heard = null;
  if (row) draw(row);
}

function draw(row = heard) {
  const button = row?.querySelector("[data-hear]");
  if (!button) return;
  const sounds = heard === row && !audio.paused;
  button.setAttribute("aria-label", sounds ? gettext("Stop %(voice)s", row.dataset) : gettext("Hear %(voice)s", row.dataset));
  button.querySelector("use").setAttribute("href", sounds ? "#i-pause" : "#i-play");
  row.style.setProperty("--heard", sounds && audio.duration ? audio.currentTime / audio.duration : 0);
  if (sounds) requestAnimationFrame(() => heard === row && draw(row));
}
audio.addEventListener("playing", () => draw());
audio.addEventListener("ended", hush);
document.addEventListener("page:begins", hush);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hear]");
  if (button) {
    event.preventDefault();
    hear(button.closest(".voice"));
  }
  if (event.target.closest("[data-none] [data-all]")) showAll(event.target.closest(".voices-list").parentElement.querySelector("[data-filters]"));
});
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (!elt.matches(".voice-hear")) return;
  const row = elt.closest(".voice");
  if (document.activeElement === document.body) elt.querySelector("[data-hear]").focus();
  if (elt.dataset.sound && row.dataset.voice === wanted) play(row, elt.dataset.sound);
});

// Taking.
function make() {
  dialog = document.createElement("dialog");
  dialog.className = "voices";
  dialog.setAttribute("aria-labelledby", "voices-title");
  document.body.append(dialog);
  dialog.addEventListener("close", hush);
  dialog.addEventListener("keydown", keys);
  dialog.addEventListener("dblclick", (event) => event.target.closest("label.voice-words") && use());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    else if (event.target.closest("[data-use]")) use();
  });
}

async function open(button) {
  const select = document.getElementById(button.dataset.voices);
  [link, field, form] = [button, select.id, select.form.action];
  if (!dialog?.isConnected) make();
  dialog.replaceChildren();
  dialog.showModal();
  const own = select.form.querySelector("select[name=language]")?.value;
  await fetchVoices(own || new URL(button.href).searchParams.get("language"));
}

async function fetchVoices(language) {
  const address = new URL(link.href);
  const select = document.getElementById(field);
  address.searchParams.set("language", language);
  address.searchParams.set("voice", dialog.querySelector(":checked[name=picked]")?.value || select?.value || "");
  await htmx.ajax("GET", address.pathname + address.search, { source: dialog, target: dialog, swap: "innerHTML" });
  const blank = select?.querySelector("option[value='']");
  const inherited = dialog.querySelector("[data-voice='']");
  if (!inherited) return dialog.close(); // notices.js says why nothing came
  inherited.hidden = !blank;
  inherited.querySelector("[data-blank]").textContent = blank?.textContent ?? "";
  if (blank && !select.value && !dialog.querySelector(":checked[name=picked]")) inherited.querySelector("input").checked = true;
  const first = dialog.querySelector(":checked[name=picked]") ?? dialog.querySelector(".voice:not([hidden]) input");
  first?.focus();
  first?.closest(".voice").scrollIntoView({ block: "center" });
  nameUse();
}

// What would be taken: never a voice that is looked past.
const picked = () => dialog.querySelector(".voice:not([hidden]) > :checked[name=picked]");
function nameUse() {
  const button = dialog.querySelector("[data-use]");
  button.disabled = !picked();
  button.textContent = picked()?.value ? gettext("Use %(voice)s", { voice: picked().value }) : gettext("Use this voice");
}

function use() {
  const [select, voice] = [document.getElementById(field), picked()?.value];
  if (select?.form.action === form && [...select.options].some((one) => one.value === voice)) {
    select.value = voice;
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
  dialog.close();
}

function keys(event) {
  const { key, target } = event;
  const radio = target.matches("[name=picked]");
  if (radio && key === " ") hear(target.closest(".voice"));
  else if (radio && key === "Enter") use();
  else if (target.matches("[type=search]") && ["ArrowDown", "Enter"].includes(key)) (picked() ?? dialog.querySelector(".voice:not([hidden]) > [name=picked]"))?.focus();
  else return;
  event.preventDefault();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-voices]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(button);
});
