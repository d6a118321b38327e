// When polls ask: not while the tab is hidden, at once when it is shown again and after anything was asked for here.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-poll]")) event.preventDefault();
});

function ask() {
  for (const poll of document.querySelectorAll("[data-poll]")) htmx.trigger(poll, "poll");
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb !== "get" && detail.successful) ask();
});

// A line under the pen has no row on the page: its row is taken out of every answer but that of its own form.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.matches("[data-editing]")) return;
  const absent = [...document.querySelectorAll("[data-editing]")].map((edit) => `line-${edit.dataset.line}`);
  // Nor does the poll renew the head while a question stands under it.
  if (detail.requestConfig.elt.id === "poller" && document.querySelector("[data-question]")) absent.push("progress");
  if (!absent.some((id) => detail.serverResponse.includes(`id="${id}"`))) return;
  const page = new DOMParser().parseFromString(`<body>${detail.serverResponse}`, "text/html");
  for (const id of absent) page.getElementById(id)?.remove();
  detail.serverResponse = page.body.innerHTML;
});
