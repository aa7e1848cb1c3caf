// The profiles whose rules photos are judged by, and the shop's policy, which says which of them count.

import { get } from "../api.js";
import { byId, el, sentence } from "../dom.js";
import { sayRule } from "./figures.js";

let profiles = [];

/** Read profiles and policy, and offer the profiles to choose; returns the policy. Raises `Problem`. */
export async function loadRulebook() {
  let policy;
  [profiles, policy] = await Promise.all([get("quality/profiles/"), get("quality/policy/")]);
  for (const id of ["profile", "policy-profile"]) {
    byId(id).replaceChildren(...profiles.map(({ key, label }) => el("option", { value: key, text: label })));
    byId(id).value = policy.profile;
  }
  return policy;
}

export const chosenProfile = () => byId("profile").value;

/** "Shorter side at least 500 pixels, advised", of a rule of the policy's profile by its name. */
export function sayRuleOfPolicy(name) {
  const rule = ruleOfPolicy(name);
  return rule ? `${sayRule(rule.measures, rule)}${rule.is_required ? "" : ", advised"}` : sentence(name);
}

export const isRequired = (name) => Boolean(ruleOfPolicy(name)?.is_required);

function ruleOfPolicy(name) {
  const profile = profiles.find(({ key }) => key === byId("policy-profile").value);
  return profile?.rules.find(({ rule }) => rule === name);
}
