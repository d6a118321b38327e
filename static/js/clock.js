// The clock counts the script as it will sound: lines and pauses. What is no line of it counts for itself.
import * as tape from "./tape.js";

export function clock(ms) {
  const s = Math.floor(ms / 1000);
  const minutes = Math.floor(s / 60);
  const rest = String(s % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

// How long all of it is and what is before the line that is heard, in ms; of what stands alone, where that is heard.
export function lengthOf(alone, heard) {
  if (alone) return { before: 0, all: alone.ms };
  let before = 0;
  let all = 0;
  for (const line of tape.all()) {
    if (line.id === heard) before = all;
    if (line.take) all += line.ms + line.pause;
  }
  return { before, all };
}
