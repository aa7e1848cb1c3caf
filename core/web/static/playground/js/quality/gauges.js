// Gauges: a measure as a bar with its figure and verdict, or the same measure of two photos.

import { el, sentence } from "../dom.js";
import { formatRaw, formatScore } from "./figures.js";

/** Make the gauge of one measure: its name, raw value, bar and verdict. */
export const gauge = (measure) => row(measure.label,
  el("span", { class: "raw", text: formatRaw(measure) }), ...scale(measure));

/** Make the gauge of one part of the score, 0 to 100. */
export function partGauge(name, score) {
  const share = score == null ? null : score / 100;
  return row(sentence(name), ...scale({ score: share, verdict: verdictOf(share) }, formatScore(score)));
}

/** Make the gauge of a measure of two photos, labelled by `tags`; `better` is the index of the better one, or none. */
export function pairGauge(tags, measures, better) {
  const lines = measures.map((measure, place) => el("div", { class: "side" },
    el("span", { class: "tag", text: tags[place] }),
    el("span", { class: "raw", text: formatRaw(measure) }), ...scale(measure),
    place === better && el("span", { class: "better", text: "better" })));
  const node = row(measures[0].label, ...lines);
  node.classList.add("pair");
  return node;
}

const row = (title, ...parts) => el("li", { class: "gauge" }, el("span", { class: "title", text: title }), ...parts);

function scale({ score, verdict }, label = sentence(verdict)) {
  const bar = el("i", { class: "bar", dataset: { verdict }, "aria-hidden": "true" });
  bar.style.setProperty("--score", `${100 * (score ?? 0)}%`);
  const inWords = score == null ? "" : `, ${Math.round(100 * score)} of 100`;
  return [bar, el("span", { class: "verdict" }, label, el("span", { class: "visually-hidden", text: label === sentence(verdict) ? inWords : `, ${verdict}` }))];
}

/** Return the verdict for a score from 0 to 1, with the API's thresholds. */
export function verdictOf(score) {
  if (score == null) return "unknown";
  if (score >= 2 / 3) return "good";
  return score >= 1 / 3 ? "fair" : "poor";
}
