// Summary of the shop's photos: totals, distribution of scores, failed rules, inconsistent photos.

import { get } from "../api.js";
import { byId, count, el, sentence } from "../dom.js";
import { smallPhoto } from "../product.js";
import { formatScore } from "./figures.js";
import { formatPolicyRule } from "./profiles.js";
import { filterByRule, showChoices } from "./photo_list.js";

const TOTALS = [
  ["measured", "Measured", ({ images }) => `of ${count(images, "photo")}`],
  ["mean_score", "Mean score", () => "of 100"],
  ["passed", "Passed", () => "no required rule failed"],
  ["held", "Held", () => "until they are cleared"],
  ["failed", "Not measured", () => "the photo could not be read"],
];
const MAX_RULES = 8;
const MAX_THUMBS = 12;

/** Load, show and return the summary. Throws `Problem`. */
export async function loadSummary() {
  const summary = await get("quality/reports/summary/");
  byId("standing").hidden = false;
  byId("totals").replaceChildren(...TOTALS.map(([name, title, hint]) =>
    el("div", {}, el("dt", { text: title }), el("dd", {}, el("b", { text: formatScore(summary[name]) }), el("small", { text: hint(summary) })))));
  byId("histogram").replaceChildren(...bars(summary.scores));
  showFailedRules(summary.failed_rules);
  showBreaches(summary.breaches);
  showChoices(summary);
  return summary;
}

function bars(scores) {
  const most = Math.max(1, ...scores.map(({ images }) => images));
  return scores.map(({ from, to, images }) => {
    const bar = el("i", { "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * images) / most}%`);
    return el("li", {},
      el("span", { class: "visually-hidden", text: `${from} to ${to}: ${count(images, "photo")}` }),
      el("span", { class: "number", "aria-hidden": "true", text: images || "" }), bar,
      el("span", { class: "from", "aria-hidden": "true", text: from }));
  });
}

function showFailedRules(rules) {
  const row = ({ rule, images }) => el("li", {},
    el("button", { type: "button", class: "plain", text: formatPolicyRule(rule), on: { click: () => filterByRule(rule) } }),
    el("span", { text: count(images, "photo") }));
  byId("failing").replaceChildren(...(rules.length ? rules.slice(0, MAX_RULES).map(row) : [el("li", { text: "No rule fails." })]));
}

function showBreaches(breaches) {
  byId("breaches-note").textContent = breaches.length
    ? `${count(breaches.length, "photo breaks", "photos break")} the shop’s consistency${breaches.length > MAX_THUMBS ? `; the ${MAX_THUMBS} farthest from usual are shown` : ""}.`
    : "All photos are consistent in background, framing and light, or there are too few to tell.";
  byId("breaches").replaceChildren(...breaches.slice(0, MAX_THUMBS).map((breach) =>
    el("li", {}, el("a", { href: `#image=${breach.image}` },
      smallPhoto(breach), el("span", { text: breach.name }), el("small", { text: sentence(breach.groups.join(", ")) })))));
}
