// The result grid of the current query.

import { hideTimings } from "./timings.js";
import { Problem } from "./api.js";
import { cards, skeletons } from "./cards.js";
import { showJson } from "./curl.js";
import { byId, count } from "./dom.js";
import { watchImpressions } from "./events.js";
import { clearNotice, showProblem } from "./notices.js";
import { hideRelated } from "./related.js";
import { hideUnderstanding } from "./understanding.js";

const NUMBER_OF_SKELETONS = 8;

let controller = new AbortController();

/** Run `request` and show its results; a later call cancels it. `onResult` is called with the answer. */
export async function showResults(title, request, onResult, retry) {
  controller.abort();
  const { signal } = (controller = new AbortController());
  begin(title);
  try {
    const found = await request(signal);
    if (signal.aborted) return;
    clearNotice();
    fill(found);
    onResult(found);
  } catch (problem) {
    if (signal.aborted) return;
    if (!(problem instanceof Problem)) throw problem;
    byId("grid").replaceChildren();
    showProblem(problem, retry);
  } finally {
    if (!signal.aborted) byId("results").removeAttribute("aria-busy");
  }
}

/** Set up the button that opens the explanations of all results. */
export function setUpExplanations() {
  byId("why-all").addEventListener("click", ({ currentTarget: button }) => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    openExplanations();
  });
}

function begin(title) {
  byId("results-title").textContent = title;
  byId("tally").textContent = "";
  byId("results").setAttribute("aria-busy", "true");
  hideTimings();
  hideUnderstanding();
  hideRelated();
  clearNotice();
  showJson(null);
  byId("grid").replaceChildren(...skeletons(NUMBER_OF_SKELETONS));
}

/** Show the results, or the alternatives of an empty answer; these are not part of it. */
function fill({ id, results, alternatives }) {
  const nodes = alternatives ? cards(alternatives.results) : cards(results, id);
  byId("grid").replaceChildren(...nodes);
  byId("tally").textContent = results.length ? count(results.length, "image") : "";
  byId("why-all").hidden = !id || !results.length;
  openExplanations();
  if (id && !alternatives) watchImpressions(nodes, results, id);
}

function openExplanations() {
  const isOpen = byId("why-all").getAttribute("aria-pressed") === "true";
  for (const details of byId("grid").querySelectorAll(".why")) details.open = isOpen;
}
