// The parts of an outfit's score as bars: their length is the weight, the filled part the value.

import { el, sentence } from "../dom.js";

const HUNDREDTHS = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Format a fraction of 0.881 as "88.1". */
export const points = (share) => HUNDREDTHS.format(100 * share);

export function partRows(parts) {
  const heaviest = Math.max(...parts.map(({ weight }) => weight));
  return parts.map(({ name, value, weight, points: earned, sentence: reason }) => {
    const bar = el("i", { "aria-hidden": "true" });
    bar.style.setProperty("--weight", `${(100 * weight) / heaviest}%`);
    bar.style.setProperty("--value", `${100 * value}%`);
    return el("li", { class: "part" },
      el("span", { class: "title", text: sentence(name) }),
      el("span", { class: "points", text: `${points(earned)} of ${points(weight)}` }),
      bar, el("p", { text: reason }));
  });
}
