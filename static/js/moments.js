// About when a letter of a text is spoken in a take. No endpoint that Narrator knows says when a word is spoken, so it
// is estimated: sentences share the time by what there is to say, and begin where a pause is heard nearby.
const PAIRS_A_SECOND = 50;
const QUIET = 3; // of 128: what is lower is no speech
const PAUSE_PAIRS = 6; // 0.12 s
const kept = new Map(); // address of a waveform -> promise of it

function peaksOf(take, v) {
  const address = `${document.getElementById("player").dataset.waveform.replace("/0/", `/${take}/`)}?v=${v || 0}`;
  if (!kept.has(address)) {
    if (kept.size > 20) kept.clear();
    kept.set(address, fetch(address).then((answer) => (answer.ok ? answer.arrayBuffer() : new ArrayBuffer(0))).then((bytes) => new Int8Array(bytes)).catch(() => new Int8Array()));
  }
  return kept.get(address);
}

// How long a letter is to speak, in letters: a Chinese or Japanese one is a syllable, a mark is a breath.
function weight(letter) {
  if (/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/u.test(letter)) return 3.4;
  if (/[.!?…。！？]/u.test(letter)) return 6;
  if (/[,;:—–、，；：]/u.test(letter)) return 3;
  if (/\p{N}/u.test(letter)) return 4;
  return /\p{L}/u.test(letter) ? 1 : 0.3;
}

export function sentences(text, language = "en") {
  const parts = [...new Intl.Segmenter(language, { granularity: "sentence" }).segment(text)];
  return parts.map(({ index, segment }) => ({ first: index, end: index + segment.length }));
}

const said = (text) => [...text].reduce((sum, letter) => sum + weight(letter), 0);

// Where speech begins and ends, and the pauses in it, in seconds.
export function heardIn(peaks, seconds) {
  const loud = (pair) => Math.max(-peaks[2 * pair], peaks[2 * pair + 1]) > QUIET;
  const pairs = peaks.length >> 1;
  let [first, last] = [0, pairs - 1];
  while (first < pairs && !loud(first)) first += 1;
  while (last > first && !loud(last)) last -= 1;
  if (first >= pairs) return { from: 0, to: seconds, pauses: [] };
  const pauses = [];
  let quiet = 0;
  for (let pair = first; pair <= last; pair++) {
    if (loud(pair)) {
      if (quiet >= PAUSE_PAIRS) pauses.push({ from: (pair - quiet) / PAIRS_A_SECOND, to: pair / PAIRS_A_SECOND });
      quiet = 0;
    } else quiet += 1;
  }
  return { from: first / PAIRS_A_SECOND, to: (last + 1) / PAIRS_A_SECOND, pauses };
}

// When each sentence begins, and the last one ends.
export function beginnings(text, parts, { from, to, pauses }) {
  const weights = parts.map(({ first, end }) => said(text.slice(first, end)));
  const whole = weights.reduce((sum, one) => sum + one, 0) || 1;
  const at = [from];
  let sum = 0;
  for (let n = 1; n < parts.length; n++) {
    sum += weights[n - 1];
    const guess = from + ((to - from) * sum) / whole;
    const reach = (0.35 * (to - from) * Math.min(weights[n - 1], weights[n])) / whole;
    const near = pauses.filter((pause) => pause.to > at[n - 1] && Math.abs(pause.to - guess) <= reach);
    near.sort((a, b) => b.to - b.from - (a.to - a.from)); // the longest pause nearby parts the sentences
    at.push(near.length ? near[0].to : guess);
  }
  return [...at, to];
}

export async function momentOf({ text, letter, take, v, ms, language }) {
  const parts = sentences(text, language || "en");
  const n = Math.max(0, parts.findLastIndex(({ first }) => first <= letter));
  const at = beginnings(text, parts, heardIn(await peaksOf(take, v), ms / 1000));
  const word = text.slice(0, letter).search(/[^\s]*$/u); // a word is heard from its beginning
  const { first, end } = parts[n];
  const part = said(text.slice(first, Math.max(first, word))) / (said(text.slice(first, end)) || 1);
  return Math.max(0, at[n] + part * (at[n + 1] - at[n]) - 0.06);
}
