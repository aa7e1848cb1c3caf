// Show what produced the answer, and how long each part took, as a bar of milliseconds.

import { byId, el, sentence } from "./dom.js";

const SOURCES = {
  cache: "words from the cache",
  encoder: "words encoded now",
  index: "photos found in the index",
  exact: "photos compared one by one",
};
const NAMES = { encode: "words", search: "search", rest: "rest" };

const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const MAX_TICKS = 40;

export function showTimings({ answered_by: who, timings_ms: timings }, elapsed) {
  const parts = partsOf(timings);
  byId("account").hidden = false;
  byId("account").replaceChildren(
    el("p", { class: "who", dataset: { by: who.join(" ") }, text: sentence(who.map((name) => SOURCES[name] ?? name).join(", ")) }),
    timingBar(parts),
    el("p", { class: "legend" },
      ...parts.map(([name, ms]) => el("span", { dataset: { part: name }, text: `${NAMES[name] ?? name} ${milliseconds(ms)}` })),
      el("span", { class: "total", text: `${milliseconds(timings.total)} at the server, ${milliseconds(elapsed)} here` }),
    ),
  );
}

export function hideTimings() {
  byId("account").hidden = true;
}

function partsOf({ total, ...parts }) {
  const known = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
  const rest = Math.max(0, total - known);
  return Object.entries(rest >= 0.1 ? { ...parts, rest } : parts);
}

function timingBar(parts) {
  const strip = el("div", { class: "tape", "aria-hidden": "true" });
  const length = parts.reduce((sum, [, ms]) => sum + ms, 0);
  const tick = TICKS.find((ms) => length / ms <= MAX_TICKS) ?? length;
  strip.style.setProperty("--tick", `${(100 * tick) / length}%`);
  strip.title = `From tick to tick: ${tick} ms`;
  for (const [name, ms] of parts) {
    const segment = el("i", { dataset: { part: name } });
    segment.style.flexGrow = String(ms);
    strip.append(segment);
  }
  return strip;
}

function milliseconds(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
