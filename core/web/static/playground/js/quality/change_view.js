// The effect of an enhancement: both photos, each measure before and after, the steps, the change of colour.

import { el } from "../dom.js";
import { formatRaw, formatScore } from "./figures.js";
import { pairGauge } from "./gauges.js";
import { stepName } from "./steps.js";
import { beforeAfter } from "./before_after.js";

// Smaller differences do not count, as in a comparison.
const MIN_GAIN = 0.03;

/** Make the nodes for a change; `before` and `after` are the URLs of the photos. */
export function changeNodes(before, after, change) {
  return [
    el("div", { class: "changed" },
      beforeAfter(before, after),
      el("div", {},
        el("p", { class: "overall" }, el("b", { text: `${formatScore(change.score_before)} → ${formatScore(change.score_after)}` }), " of 100"),
        stepList("What was done", change.applied.map((step) => `${stepName(step.step)}: ${formatRaw({ raw: step.amount, unit: step.unit })}`)),
        stepList("Undone, because it would have made the photo worse", change.taken_back.map(stepName)),
        el("p", { text: colourChange(change) }))),
    el("details", { class: "every", open: true },
      el("summary", { text: "Every measure, before and after" }),
      el("ul", { class: "gauges" }, ...change.changes.map((line) =>
        pairGauge(["Before", "After"], [line.before, line.after], betterOf(line))))),
  ];
}

function stepList(title, lines) {
  return lines.length > 0 && el("div", { class: "done" }, el("h4", { text: title }), el("ul", {}, ...lines.map((text) => el("li", { text }))));
}

function colourChange({ colour_change: colour, lightness_change: lightness }) {
  const lighter = Math.round(100 * lightness);
  const light = lighter === 0 ? "as light as before" : `${Math.abs(lighter)} points of 100 ${lighter > 0 ? "lighter" : "darker"}`;
  return `The garment’s colour changed by ΔE2000 ${formatScore(colour)}; it is ${light}.`;
}

function betterOf({ before, after }) {
  const gain = (after.score ?? 0) - (before.score ?? 0);
  if (before.score == null || after.score == null || Math.abs(gain) < MIN_GAIN) return null;
  return gain > 0 ? 1 : 0;
}
