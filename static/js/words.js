// The words of the pages' scripts in the page's language. `make messages` writes words/CODE.js, which pages in that
// language load before every other script; without one, the sentences stay as they are written.
const known = new Map();
const language = document.documentElement.lang;
const plurals = new Intl.PluralRules(language);

/** For dates and times: as the browser writes them, as long as it does so in the page's language. */
export const locales = [...navigator.languages.filter((one) => one.slice(0, 2) === language.slice(0, 2)), language];

/** Learn translations: of a sentence a string, of one with a plural the list of its forms. */
export function learn(words) {
  for (const [sentence, said] of Object.entries(words)) known.set(sentence, said);
}

/** The sentence in the page's language, with `%(name)s` filled from `values`. */
export function gettext(sentence, values) {
  return fill(known.get(sentence) || sentence, values);
}

/** The sentence for so many things. Languages that are translated into have one form for all numbers. */
export function ngettext(one, many, count, values = {}) {
  const said = known.get(one)?.[0] || (plurals.select(count) === "one" ? one : many);
  return fill(said, { count: count.toLocaleString("en"), ...values });
}

function fill(sentence, values = {}) {
  return sentence.replace(/%\((\w+)\)[sd]/g, (whole, name) => values[name] ?? whole);
}
