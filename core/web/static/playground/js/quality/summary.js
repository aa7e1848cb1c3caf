// Where the shop's photos stand as a whole: figures, how scores spread, what fails, what stands out.

import { get } from "../api.js";
import { byId, count, el, sentence } from "../dom.js";
import { sayScore } from "./figures.js";
import { sayRuleOfPolicy } from "./profiles.js";
import { narrowTo, showChoices } from "./photo_list.js";

const TOTALS = [
  ["measured", "Measured", ({ images }) => `of ${count(images, "photo")}`],
  ["mean_score", "Mean score", () => "of 100"],
  ["passed", "Passed", () => "no required rule failed"],
  ["held", "Held", () => "until they are cleared"],
  ["failed", "Not measured", () => "their photo could not be read"],
];
const MOST_RULES = 8;
const MOST_THUMBS = 12;

/** Read the summary and show it; returns it. Raises `Problem`. */
export async function loadStanding() {
  const summary = await get("quality/reports/summary/");
  byId("standing").hidden = false;
  byId("totals").replaceChildren(...TOTALS.map(([name, title, hint]) =>
    el("div", {}, el("dt", { text: title }), el("dd", {}, el("b", { text: sayScore(summary[name]) }), el("small", { text: hint(summary) })))));
  byId("histogram").replaceChildren(...bars(summary.scores));
  showFailing(summary.failed_rules);
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

function showFailing(rules) {
  const row = ({ rule, images }) => el("li", {},
    el("button", { type: "button", class: "plain", text: sayRuleOfPolicy(rule), on: { click: () => narrowTo(rule) } }),
    el("span", { text: count(images, "photo") }));
  byId("failing").replaceChildren(...(rules.length ? rules.slice(0, MOST_RULES).map(row) : [el("li", { text: "No rule fails." })]));
}

function showBreaches(breaches) {
  byId("breaches-note").textContent = breaches.length
    ? `${count(breaches.length, "photo breaks", "photos break")} the shop’s own consistency${breaches.length > MOST_THUMBS ? `; the ${MOST_THUMBS} farthest from usual are shown` : ""}.`
    : "Every photo is like the others in background, framing and light, or there are too few to say.";
  byId("breaches").replaceChildren(...breaches.slice(0, MOST_THUMBS).map(({ image, name, photo_url: src, groups }) =>
    el("li", {}, el("a", { href: `#image=${image}` },
      el("img", { src, alt: "", loading: "lazy" }), el("span", { text: name }), el("small", { text: sentence(groups.join(", ")) })))));
}
