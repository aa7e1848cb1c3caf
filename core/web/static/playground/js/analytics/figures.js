// The totals of a period, and the formats of figures.

import { byId, el } from "../dom.js";

const number = new Intl.NumberFormat();
const share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

export const formatCount = (value) => number.format(value);
export const formatShare = (value) => (value == null ? "–" : share.format(value));
export const formatTime = (value) => (value == null ? "–" : `${number.format(value < 10 ? value : Math.round(value))} ms`);

const TOTALS = [
  ["searches", "Searches", formatCount, "by text, photos or products"],
  ["no_match_rate", "No match", formatShare, "of searches"],
  ["click_through_rate", "Click-through", formatShare, "of answers led to a click"],
  ["add_to_cart_rate", "Add to cart", formatShare, "of answers led to a cart"],
  ["coverage", "Coverage", formatShare, "of published images were shown"],
  ["latency_median_ms", "Median time", formatTime, "to answer"],
];

export function showTotals(total) {
  byId("totals").replaceChildren(...TOTALS.map(([name, title, format, hint]) => figure(title, format(total[name]), hint)));
}

/** Make one figure of a list of them: its title, its value as a text, and what it is of. */
export const figure = (title, text, hint) =>
  el("div", {}, el("dt", { text: title }), el("dd", {}, el("b", { text }), el("small", { text: hint })));
