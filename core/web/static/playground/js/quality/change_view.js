// What an enhancement did: both pictures, every measure before and after, the steps, the garment's colour.

import { el } from "../dom.js";
import { sayRaw, sayScore } from "./figures.js";
import { pairGauge } from "./gauges.js";
import { stepName } from "./steps.js";
import { beforeAfter } from "./before_after.js";

// Scores this near are alike, as in a comparison.
const SAME = 0.03;

/** The nodes that show a change, from the address of one picture to that of the other. */
export function changeNodes(before, after, change) {
  return [
    el("div", { class: "changed" },
      beforeAfter(before, after),
      el("div", {},
        el("p", { class: "overall" }, el("b", { text: `${sayScore(change.score_before)} → ${sayScore(change.score_after)}` }), " of 100"),
        done("What was done", change.applied.map((step) => `${stepName(step.step)}: ${sayRaw({ raw: step.amount, unit: step.unit })}`)),
        done("Taken back, since it would have done harm", change.taken_back.map(stepName)),
        el("p", { text: colourChange(change) }))),
    el("details", { class: "every", open: true },
      el("summary", { text: "Every measure, before and after" }),
      el("ul", { class: "gauges" }, ...change.changes.map((line) =>
        pairGauge(["Before", "After"], [line.before, line.after], betterOf(line))))),
  ];
}

function done(title, lines) {
  return lines.length > 0 && el("div", { class: "done" }, el("h4", { text: title }), el("ul", {}, ...lines.map((text) => el("li", { text }))));
}

function colourChange({ colour_change: colour, lightness_change: lightness }) {
  const lighter = Math.round(100 * lightness);
  const light = lighter === 0 ? "as light as before" : `${Math.abs(lighter)} points of 100 ${lighter > 0 ? "lighter" : "darker"}`;
  return `The garment’s colour changed by ΔE2000 ${sayScore(colour)}; it is ${light}.`;
}

function betterOf({ before, after }) {
  const gain = (after.score ?? 0) - (before.score ?? 0);
  if (before.score == null || after.score == null || Math.abs(gain) < SAME) return null;
  return gain > 0 ? 1 : 0;
}
