// The shop's quality policy, gate and profile, saved on each change.

import { patch, Problem } from "../api.js";
import { announce, byId } from "../dom.js";
import { clearNotice, showProblem } from "../notices.js";

const HINTS = {
  off: "New photos are measured and checked, nothing else.",
  warn: "A new photo that fails a required rule is marked.",
  hold: "Shoppers do not find a new photo before it passes or somebody clears it.",
};

let current = {};

export function showPolicy(policy) {
  current = policy;
  const { gate, profile } = byId("policy").elements;
  gate.value = policy.gate;
  profile.value = policy.profile;
  byId("gate-hint").textContent = HINTS[policy.gate];
}

/** Set up the form; `onChange` is called when the policy has been saved. */
export function setUpPolicy(onChange) {
  byId("policy").addEventListener("submit", (event) => event.preventDefault());
  byId("policy").addEventListener("change", () => save(onChange));
}

async function save(onChange) {
  const { gate, profile } = byId("policy").elements;
  const chosen = { gate: gate.value, profile: profile.value };
  clearNotice("policy-notice");
  try {
    showPolicy(await patch("quality/policy/", chosen));
    announce(`Saved. ${HINTS[current.gate]}`);
    onChange();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showPolicy(current);
    showProblem(problem, () => { showPolicy(chosen); save(onChange); }, "policy-notice");
  }
}
