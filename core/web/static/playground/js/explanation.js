// Why a product is where it is: each factor of its score as a bar to the right or left of nought.

import { el, sentence } from "./dom.js";

const NAMES = {
  relevance: "What was asked",
  taste: "Shopper’s taste",
  popularity: "Popularity",
  rules: "Your rules",
};
// So that nought is not at the edge where no factor is below it.
const LEAST = -0.25;

/** What the bars of an answer are drawn to: the lowest and the highest factor in it. */
export function scaleOf(results) {
  const values = results.flatMap(({ explanation }) => Object.values(explanation?.factors ?? {}));
  return { low: Math.min(LEAST, ...values), high: Math.max(-LEAST, ...values) };
}

/** The bars of one product, closed until wanted; null where the answer does not explain. */
export function why({ explanation, name, score }, scale) {
  if (!explanation) return null;
  return el("details", { class: "why" },
    el("summary", { "aria-label": `Why ${name}` }, "Why"),
    el("dl", {},
      ...Object.entries(explanation.factors).flatMap(([factor, value]) => [
        el("dt", { text: NAMES[factor] ?? sentence(factor) }),
        el("dd", { dataset: { sign: value < 0 ? "against" : "for" } }, bar(value, scale), el("span", { text: signed(value) })),
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
