// The pictures of one question at a time, from the first outline to the last card.

import { hideAccount } from "./timings.js";
import { Problem } from "./api.js";
import { cards, skeletons } from "./cards.js";
import { showJson } from "./curl.js";
import { byId, count } from "./dom.js";
import { watchImpressions } from "./events.js";
import { clearNotice, showProblem } from "./notices.js";

const AWAITED = 8;

let running = new AbortController();

/** Run a question and show its pictures; a newer one takes its place. `tell` is called with what came. */
export async function run(title, question, tell, retry) {
  running.abort();
  const { signal } = (running = new AbortController());
  begin(title);
  try {
    const found = await question(signal);
    if (signal.aborted) return;
    clearNotice();
    fill(found);
    tell(found);
  } catch (problem) {
    if (signal.aborted) return;
    if (!(problem instanceof Problem)) throw problem;
    byId("grid").replaceChildren();
    showProblem(problem, retry);
  } finally {
    if (!signal.aborted) byId("results").removeAttribute("aria-busy");
  }
}

/** Wire the button that says why on every result at once. */
export function setUpWhys() {
  byId("why-all").addEventListener("click", ({ currentTarget: button }) => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    openWhys();
  });
}

function begin(title) {
  byId("results-title").textContent = title;
  byId("tally").textContent = "";
  byId("results").setAttribute("aria-busy", "true");
  hideAccount();
  clearNotice();
  showJson(null);
  byId("grid").replaceChildren(...skeletons(AWAITED));
}

function fill({ id, results }) {
  const nodes = cards(results, id);
  byId("grid").replaceChildren(...nodes);
  byId("tally").textContent = results.length ? count(results.length, "image") : "";
  byId("why-all").hidden = !id || !results.length;
  openWhys();
  if (id) watchImpressions(nodes, results, id);
}

function openWhys() {
  const isOpen = byId("why-all").getAttribute("aria-pressed") === "true";
  for (const details of byId("grid").querySelectorAll(".why")) details.open = isOpen;
}
