// One photo's figures, and what listing rules make of them.

import { byId, count, el, send } from "../dom.js";
import { sayMeasured, sayRule, sayScore } from "./figures.js";
import { gauge, partGauge } from "./gauges.js";

const MARKS = { true: "Passed", false: "Failed", null: "Cannot be told" };

export function showAssessment(found) {
  byId("overall").replaceChildren(el("b", { text: sayScore(found.score) }), ` of 100, ${found.verdict}`);
  byId("measured-on").textContent = measuredOn(found);
  byId("parts").replaceChildren(...Object.entries(found.parts).map(([name, score]) => partGauge(name, score)));
  byId("measures").replaceChildren(...found.measures.map(gauge));
  showJudgement(found);
}

/** Show only what depends on the profile. */
export function showJudgement({ rules, passed }) {
  const failed = rules.filter((rule) => rule.passed === false && rule.is_required).length;
  byId("judgement").textContent = passed ? "Every required rule passes, as far as it can be told." : `${count(failed, "required rule")} failed.`;
  byId("rules").replaceChildren(...rules.map(ruleRow));
}

function measuredOn({ subject, file }) {
  const size = `${file.width} × ${file.height} pixels`;
  if (subject.found) return `Measured on the garment. ${size}.`;
  return `Measured on the whole frame: the garment could not be told from its ground. ${size}.`;
}

function ruleRow(rule) {
  const { measures: subject, passed, measured, required, is_required: isRequired, fix, source, as_of: asOf } = rule;
  const mark = passed === false && !isRequired ? "Advised" : MARKS[passed];
  return el("li", { class: "rule", dataset: { passed: String(passed), required: String(isRequired) } },
    el("span", { class: "mark", text: mark }),
    el("div", {},
      el("p", { class: "asked", title: `${source}, as of ${asOf}` }, sayRule(subject, required),
        measured != null && el("span", { class: "measured", text: `measured ${sayMeasured(subject, measured)}` })),
      fix && el("p", { class: "fix" }, `${fix.advice} `, fix.call && fixButton(fix.call.body.steps))));
}

function fixButton(steps) {
  return el("button", { type: "button", class: "quiet", text: "Preview this", on: { click: ({ currentTarget }) => send(currentTarget, "fix", steps) } });
}
