// When polls ask: not while the tab is hidden, at once when it is shown again and after anything was asked for here.
// A page whose own poll brings the queue asks once, not twice.
const fed = () => document.getElementById("poller");
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if ((document.hidden && elt.matches("[data-poll]")) || (elt.id === "queue-poller" && fed())) event.preventDefault();
});
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id === "poller") detail.parameters.seen = document.getElementById("queue-poller").dataset.seen ?? "";
});
if (fed()) addEventListener("load", () => ask());
document.addEventListener("page:begins", () => fed() && ask());

function ask() {
  for (const poll of document.querySelectorAll("[data-poll]")) htmx.trigger(poll, "poll");
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb !== "get" && detail.successful) ask();
});
// Where more has changed than one answer carries, the next is asked for at once.
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches("[data-more]")) htmx.trigger(elt, "poll");
});

// What a person presses in the queue is answered first: a poll's answer would take the form away that the answer is for.
const isAsking = () => document.querySelector("#queue-body .htmx-request, #hold .htmx-request");
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt.matches("[data-poll]") && isAsking()) detail.shouldSwap = false;
});

// The poll does not renew the head while a question stands under it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt.id !== "poller" || !document.querySelector("[data-question]")) return;
  const page = new DOMParser().parseFromString(`<body>${detail.serverResponse}`, "text/html");
  page.getElementById("progress")?.remove();
  detail.serverResponse = page.body.innerHTML;
});
