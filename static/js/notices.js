// Says in one sentence, in one place, that a request did not come through, and what to do.
import { gettext } from "./words.js";

const place = () => document.getElementById("notice");
const WORDS = {
  403: gettext("This needs other rights than yours. Ask an admin of your team."),
  404: gettext("This is no longer there. Load the page again."),
  413: gettext("This is larger than the studio accepts."),
  429: gettext("Too many requests at once. Wait a moment and try again."),
};
let timer = 0;

function show(sentence, seconds = 8) {
  place().textContent = sentence;
  place().classList.add("is-shown");
  clearTimeout(timer);
  if (seconds) timer = setTimeout(hide, seconds * 1000);
}

function hide() {
  place().classList.remove("is-shown");
  place().textContent = "";
}

function reason(xhr) {
  if (!xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) return "";
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-reason]")?.textContent.trim() ?? "";
}

// The server says it by a header, whose event carries the sentence as detail.value.
document.addEventListener("say", ({ detail }) => show(detail.value ?? detail));

document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  const own = WORDS[xhr.status] ?? gettext("The studio made a mistake. Nothing that was saved is lost. Try again; the log says why.");
  show(([403, 503].includes(xhr.status) && reason(xhr)) || own);
});

let away = false;
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    away = true;
    show(gettext("The studio does not answer. What was saved is safe. This page tries again by itself."), 0);
  });
}
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (away && detail.xhr.status) {
    away = false;
    hide();
  }
});

// A session that ended answers every request with the sign-in page: never put that into a part of this one.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.responseURL && new URL(detail.xhr.responseURL).pathname.endsWith("/sign-in/")) {
    detail.shouldSwap = false;
    location.reload();
  }
});
