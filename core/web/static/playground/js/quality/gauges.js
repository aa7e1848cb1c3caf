// A measure as a bar with its figure and its verdict in words; or two of them, one below the other.

import { el, sentence } from "../dom.js";
import { sayRaw, sayScore } from "./figures.js";

/** One measure: what it is called, its raw value, its bar and its verdict. */
export const gauge = (measure) => row(measure.label,
  el("span", { class: "raw", text: sayRaw(measure) }), ...scale(measure));

/** A part of the whole score, 0 to 100. */
export function partGauge(name, score) {
  const share = score == null ? null : score / 100;
  return row(sentence(name), ...scale({ score: share, verdict: verdictOf(share) }, sayScore(score)));
}

/** A measure of two photos, each with its `tag`; `better` is the place of the better one, if one is. */
export function pairGauge(tags, measures, better) {
  const lines = measures.map((measure, place) => el("div", { class: "side" },
    el("span", { class: "tag", text: tags[place] }),
    el("span", { class: "raw", text: sayRaw(measure) }), ...scale(measure),
    place === better && el("span", { class: "better", text: "better" })));
  const node = row(measures[0].label, ...lines);
  node.classList.add("pair");
  return node;
}

const row = (title, ...parts) => el("li", { class: "gauge" }, el("span", { class: "title", text: title }), ...parts);

function scale({ score, verdict }, said = sentence(verdict)) {
  const bar = el("i", { class: "bar", dataset: { verdict }, "aria-hidden": "true" });
  bar.style.setProperty("--score", `${100 * (score ?? 0)}%`);
  const inWords = score == null ? "" : `, ${Math.round(100 * score)} of 100`;
  return [bar, el("span", { class: "verdict" }, said, el("span", { class: "visually-hidden", text: said === sentence(verdict) ? inWords : `, ${verdict}` }))];
}

/** The verdict that the API gives a score from 0 to 1. */
export function verdictOf(score) {
  if (score == null) return "unknown";
  if (score >= 2 / 3) return "good";
  return score >= 1 / 3 ? "fair" : "poor";
}
