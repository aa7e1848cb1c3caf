// The shop's photos, lowest score first; held ones can be cleared.

import { get, post, Problem } from "../api.js";
import { announce, byId, count, el } from "../dom.js";
import { clearNotice, showProblem } from "../notices.js";
import { smallPhoto } from "../product.js";
import { formatScore } from "./figures.js";
import { isRequired, formatPolicyRule } from "./profiles.js";

const PAGE = 12;
const HELD = "held=true";
const BADGES = { held: "Held", warned: "Fails a rule", noted: "Fails a rule" };

let nextPage = null;
let notifyCleared = () => {};

/** Set up the list; `onClear` is called when a held image has been cleared. */
export function setUpPhotoList(onClear) {
  notifyCleared = onClear;
  byId("narrow").addEventListener("change", async () => {
    await loadPhotoList();
    announce(`${count(byId("worst").children.length, "photo")} shown`);
  });
  byId("worst-more").addEventListener("click", () => read(nextPage, (nodes) => {
    byId("worst").append(...nodes);
    nodes[0]?.querySelector("a").focus();
  }));
}

/** Offer the filters of the list; the current choice stays if it still exists. */
export function showChoices({ held, failed_rules: rules }) {
  const select = byId("narrow");
  const chosen = select.value;
  const choices = [["", "All"], [HELD, `Held (${held})`], ...rules.map(({ rule, images }) =>
    [`failed_rule=${encodeURIComponent(rule)}`, `Fails: ${formatPolicyRule(rule)} (${images})`])];
  select.replaceChildren(...choices.map(([value, text]) => el("option", { value, text })));
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
}

/** Show only photos that fail a rule. */
export function filterByRule(rule) {
  byId("narrow").value = `failed_rule=${encodeURIComponent(rule)}`;
  byId("worst-title").scrollIntoView({ block: "start" });
  return loadPhotoList();
}

export function loadPhotoList() {
  const filter = byId("narrow").value;
  // Held photos without measures have no score to order by.
  const order = filter === HELD ? "newest" : "worst";
  return read(`quality/reports/?page_size=${PAGE}&order=${order}&${filter}`, (nodes) => byId("worst").replaceChildren(...nodes));
}

/** Load the list again, unless more pages of it are open. */
export const refreshPhotoList = () => byId("worst").children.length > PAGE || loadPhotoList();

async function read(path, put) {
  clearNotice("worst-notice");
  try {
    const { next, results } = await get(path);
    nextPage = next && next.slice(next.indexOf("quality/reports/"));
    byId("worst-more").hidden = !next;
    put(results.map(card));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => read(path, put), "worst-notice");
  }
}

function card(report) {
  const { image, name, outcome, score, verdict, failed_rules: rules = [] } = report;
  const failed = rules.filter(isRequired);
  return el("li", { class: "card", dataset: { image } },
    el("div", { class: "tile" }, smallPhoto(report, { class: "fits" }),
      BADGES[outcome] && el("span", { class: "badge", dataset: { kind: outcome === "held" ? "failed" : "weak" }, text: BADGES[outcome] })),
    el("h3", {}, el("a", { href: `#image=${image}`, text: name })),
    el("p", { class: "facts" }, el("span", { text: score == null ? "Not measured yet" : `${formatScore(score)} of 100, ${verdict}` })),
    failed.length > 0 && el("p", { class: "stock", text: failed.map(formatPolicyRule).join("; ") }),
    outcome === "held" && clearButton(report));
}

function clearButton({ image, name }) {
  return el("button", { type: "button", class: "quiet clear", text: "Clear", "aria-label": `Clear ${name}`, on: { click: () => clear(image, name) } });
}

async function clear(image, name) {
  try {
    await post(`quality/reports/${image}/clear/`, {});
    byId("worst-title").focus();
    announce(`${name} is cleared`);
    notifyCleared();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => clear(image, name), "worst-notice");
  }
}
