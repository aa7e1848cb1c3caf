// The profiles of listing rules, and the one that the shop's policy uses.

import { get } from "../api.js";
import { byId, el, sentence } from "../dom.js";
import { formatRule } from "./figures.js";

let profiles = [];

/** Load profiles and policy, and fill the profile selects; returns the policy. Throws `Problem`. */
export async function loadProfiles() {
  let policy;
  [profiles, policy] = await Promise.all([get("quality/profiles/"), get("quality/policy/")]);
  for (const id of ["profile", "policy-profile"]) {
    byId(id).replaceChildren(...profiles.map(({ key, label }) => el("option", { value: key, text: label })));
    byId(id).value = policy.profile;
  }
  return policy;
}

export const chosenProfile = () => byId("profile").value;

/** Format a rule of the policy's profile, such as "Shorter side at least 500 pixels, advised". */
export function formatPolicyRule(name) {
  const rule = ruleOfPolicy(name);
  return rule ? `${formatRule(rule.measures, rule)}${rule.is_required ? "" : ", advised"}` : sentence(name);
}

export const isRequired = (name) => Boolean(ruleOfPolicy(name)?.is_required);

function ruleOfPolicy(name) {
  const profile = profiles.find(({ key }) => key === byId("policy-profile").value);
  return profile?.rules.find(({ rule }) => rule === name);
}
