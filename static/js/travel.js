// Going to another page of the studio while sound is on: this document stays, and with it the sound; what stands in it
// gives way to the page that was asked for. Where nothing is heard, and for all that is no such page, browsers go as ever.
const player = () => document.getElementById("player");
const places = new Map(); // address -> how far it was scrolled
let shown = location.pathname + location.search;
let asking = null;

const tell = (name, options) => document.dispatchEvent(new CustomEvent(name, options));
const addresses = (page, what, name) => [...page.querySelectorAll(what)].map((one) => new URL(one.getAttribute(name), location.href).href);

// A page of the studio that looks like this one and needs no script but modules can come into its document.
function fits(page) {
  const looks = (one) => addresses(one, "link[rel=stylesheet]", "href").join();
  const own = new Set(addresses(document, "script[src]", "src"));
  const plain = addresses(page, "script[src]:not([type=module])", "src");
  return looks(page) === looks(document) && plain.every((src) => own.has(src));
}

async function fetchPage(address, signal) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, signal });
  if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/html")) return null;
  if (new URL(answer.url).pathname.endsWith("/sign-in/")) return null;
  return { address: new URL(answer.url).pathname + new URL(answer.url).search, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

async function go(address, { isBack = false } = {}) {
  asking?.abort();
  const own = (asking = new AbortController());
  const found = await fetchPage(address, own.signal).catch((error) => (error.name === "AbortError" ? undefined : null));
  if (found === undefined || own !== asking) return;
  if (!found || !fits(found.page)) return isBack ? location.reload() : location.assign(address);
  tell("page:leaves");
  places.set(shown, scrollY);
  shown = found.address;
  if (!isBack) history.pushState(null, "", found.address + new URL(address, location.href).hash);
  exchange(found.page);
  if (!location.hash) scrollTo(0, isBack ? (places.get(shown) ?? 0) : 0);
}

// What the page that was left had asked for is answered to it alone, and changes nothing.
const comesLate = (event) => event.preventDefault();

function exchange(page) {
  const own = player();
  const body = document.importNode(page.body, true);
  const theirs = body.querySelector("#player");
  if (theirs) theirs.replaceWith(own);
  else body.append(own);
  own.querySelector(".thumbs")?.replaceWith(theirs?.querySelector(".thumbs") ?? own.querySelector(".thumbs"));
  document.title = page.title;
  for (const { name } of [...document.body.attributes]) document.body.removeAttribute(name);
  for (const { name, value } of page.body.attributes) document.body.setAttribute(name, value);
  for (const part of document.body.children) part.addEventListener("htmx:beforeOnLoad", comesLate);
  document.body.replaceChildren(...body.childNodes);
  htmx.process(document.body);
  tell("page:begins");
  bringScripts(page);
  document.getElementById("main")?.focus({ preventScroll: true });
}

// The scripts that have not come yet begin by themselves.
function bringScripts(page) {
  const there = new Set(addresses(document, "script[src]", "src"));
  for (const src of addresses(page, "script[type=module][src]", "src")) {
    if (there.has(src)) continue;
    const script = document.createElement("script");
    Object.assign(script, { type: "module", src });
    document.head.append(script);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin || !player()?.hasAttribute("data-on")) return;
  if (link.pathname + link.search === location.pathname + location.search && link.hash) return;
  if (!document.dispatchEvent(new CustomEvent("page:may-leave", { cancelable: true }))) return;
  event.preventDefault();
  go(link.href);
});
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) go(location.href, { isBack: true });
});
