// The figures of a whole period, and how each kind of figure is said.

import { byId, el } from "../dom.js";

const number = new Intl.NumberFormat();
const share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

export const sayCount = (value) => number.format(value);
export const sayShare = (value) => (value == null ? "–" : share.format(value));
export const sayTime = (value) => (value == null ? "–" : `${number.format(value < 10 ? value : Math.round(value))} ms`);

const TOTALS = [
  ["searches", "Searches", sayCount, "questions in words, photos or products"],
  ["no_match_rate", "No match", sayShare, "of searches"],
  ["click_through_rate", "Click-through", sayShare, "of answers led to a click"],
  ["add_to_cart_rate", "Add to cart", sayShare, "of answers led to a cart"],
  ["coverage", "Coverage", sayShare, "of published images were shown"],
  ["latency_median_ms", "Median time", sayTime, "to answer"],
];

export function showTotals(total) {
  byId("totals").replaceChildren(...TOTALS.map(([name, title, say, hint]) =>
    el("div", {}, el("dt", { text: title }), el("dd", {}, el("b", { text: say(total[name]) }), el("small", { text: hint })))));
}
