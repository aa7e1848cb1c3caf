// Why a product ranks where it does: each factor of its score as a bar to the right or left of zero.

import { el, sentence } from "./dom.js";

const NAMES = {
  match: "Match",
  relevance: "Relevance",
  taste: "Shopper’s taste",
  collaboration: "Shoppers with this taste",
  popularity: "Popularity",
  rules: "Your rules",
};
// The match has no bar: it is so large that the others would vanish next to it.
const WITHOUT_BAR = "match";
// Leaves space for negative bars even when all factors are positive.
const MIN_EXTENT = -0.014;

/** Return the scale of an answer's bars: its lowest and highest factor. */
export function scaleOf(results) {
  const values = results.flatMap(({ explanation }) => Object.entries(explanation?.factors ?? {}))
    .filter(([factor]) => factor !== WITHOUT_BAR).map(([, value]) => value);
  return { low: Math.min(MIN_EXTENT, ...values), high: Math.max(-MIN_EXTENT, ...values) };
}

/** Make the bars of one product, closed at first; null if the answer has no explanation. */
export function explanationBars({ explanation, name, score }, scale) {
  if (!explanation) return null;
  return el("details", { class: "why" },
    el("summary", { "aria-label": `Why ${name}` }, "Why"),
    el("dl", {},
      ...Object.entries(explanation.factors).flatMap(([factor, value]) => [
        el("dt", { text: NAMES[factor] ?? sentence(factor) }),
        el("dd", { dataset: { sign: value < 0 ? "against" : "for" } }, factor !== WITHOUT_BAR && bar(value, scale), el("span", { text: signed(value) })),
      ]),
      el("dt", { class: "sum", text: "Score" }), el("dd", { class: "sum" }, el("span", { text: score.toFixed(3) })),
    ),
    el("p", { text: explanation.sentence }),
  );
}

function bar(value, { low, high }) {
  const share = (amount) => `${(100 * amount) / (high - low)}%`;
  const strip = el("i", { "aria-hidden": "true" });
  strip.style.setProperty("--zero", share(-low));
  strip.style.setProperty("--start", share(Math.min(value, 0) - low));
  strip.style.setProperty("--length", share(Math.abs(value)));
  return strip;
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
