// The measures of one photo, and the listing rules it passes or fails.

import { byId, count, el, send } from "../dom.js";
import { formatMeasured, formatRule, formatScore } from "./figures.js";
import { gauge, partGauge } from "./gauges.js";

const MARKS = { true: "Passed", false: "Failed", null: "Unknown" };

export function showAssessment(found) {
  byId("overall").replaceChildren(el("b", { text: formatScore(found.score) }), ` of 100, ${found.verdict}`);
  byId("measured-on").textContent = subjectText(found);
  byId("parts").replaceChildren(...Object.entries(found.parts).map(([name, score]) => partGauge(name, score)));
  byId("measures").replaceChildren(...found.measures.map(gauge));
  showRules(found);
}

/** Show the rules of the profile. */
export function showRules({ rules, passed }) {
  const failed = rules.filter((rule) => rule.passed === false && rule.is_required).length;
  byId("judgement").textContent = passed ? "Every required rule passes, as far as it can be checked." : `${count(failed, "required rule")} failed.`;
  byId("rules").replaceChildren(...rules.map(ruleRow));
}

function subjectText({ subject, file }) {
  const size = `${file.width} × ${file.height} pixels`;
  if (subject.found) return `Measured on the garment. ${size}.`;
  return `Measured on the whole frame: the garment could not be separated from the background. ${size}.`;
}

function ruleRow(rule) {
  const { measures: subject, passed, measured, required, is_required: isRequired, fix, source, as_of: asOf } = rule;
  const mark = passed === false && !isRequired ? "Advised" : MARKS[passed];
  return el("li", { class: "rule", dataset: { passed: String(passed), required: String(isRequired) } },
    el("span", { class: "mark", text: mark }),
    el("div", {},
      el("p", { class: "asked", title: `${source}, as of ${asOf}` }, formatRule(subject, required),
        measured != null && el("span", { class: "measured", text: `measured ${formatMeasured(subject, measured)}` })),
      fix && el("p", { class: "fix" }, `${fix.advice} `, fix.call && fixButton(fix.call.body.steps))));
}

function fixButton(steps) {
  return el("button", { type: "button", class: "quiet", text: "Preview this", on: { click: ({ currentTarget }) => send(currentTarget, "fix", steps) } });
}
