// The shop's gate and the rules that count: shown, and set as soon as they are chosen.

import { patch, Problem } from "../api.js";
import { announce, byId } from "../dom.js";
import { clearNotice, showProblem } from "../notices.js";

const HINTS = {
  off: "New photos are measured and judged, nothing else.",
  warn: "A new photo that fails a required rule is marked.",
  hold: "A new photo is not found by shoppers before it passes, or somebody clears it.",
};

let set = {};

export function showPolicy(policy) {
  set = policy;
  const { gate, profile } = byId("policy").elements;
  gate.value = policy.gate;
  profile.value = policy.profile;
  byId("gate-hint").textContent = HINTS[policy.gate];
}

/** Wire the form; `onChange` is called when another policy has been set. */
export function setUpPolicy(onChange) {
  byId("policy").addEventListener("submit", (event) => event.preventDefault());
  byId("policy").addEventListener("change", () => save(onChange));
}

async function save(onChange) {
  const { gate, profile } = byId("policy").elements;
  const wish = { gate: gate.value, profile: profile.value };
  clearNotice("policy-notice");
  try {
    showPolicy(await patch("quality/policy/", wish));
    announce(`Saved. ${HINTS[set.gate]}`);
    onChange();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showPolicy(set);
    showProblem(problem, () => { showPolicy(wish); save(onChange); }, "policy-notice");
  }
}
