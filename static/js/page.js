// A page begins when its scripts have come, and again when travel.js brings another page into the same document.
// What is bound to elements of a page is bound in here; what listens on the document is bound once.
export function begins(act) {
  act();
  document.addEventListener("page:begins", act);
}
