// What a replay has found: figures, and the prompts that change most with their results.

import { byId, el } from "../dom.js";
import { figure, formatCount, formatShare } from "./figures.js";
import { PROMPT, table } from "./tables.js";

const STATES = { done: "Done", failed: "Failed", cancelled: "Cancelled" };
const FIRST = 5;

export function showReplay(replay) {
  const { state, summary, most_changed: mostChanged } = replay;
  const isWaiting = state === "pending";
  byId("replay-state").textContent = describeState(replay);
  byId("replay-cancel").hidden = !isWaiting;
  byId("replay-csv").hidden = isWaiting || !summary.done;
  byId("replay-found").hidden = !summary.answered;
  byId("replay-figures").replaceChildren(...figuresOf(summary));
  byId("most-changed").replaceChildren(...table(
    [PROMPT, ["Now", ({ before }) => results(before)], ["With the change", ({ after, before }) => results(after, before)]],
    mostChanged,
    "No prompt has other first results.",
  ));
}

function describeState({ state, problem, rules, summary }) {
  const names = rules.add.map(({ name }) => `“${name}”`).join(", ") || "The change";
  const done = `${formatCount(summary.done)} of ${formatCount(summary.chosen)} prompts`;
  const failed = summary.failed ? `; ${formatCount(summary.failed)} could not be answered` : "";
  if (state === "pending") return summary.chosen ? `${names}: ${done} so far${failed}.` : `${names}: waits for a worker.`;
  return `${names}: ${STATES[state].toLowerCase()}, ${done}${failed}.${problem ? ` ${problem.detail}` : ""}`;
}

function figuresOf(summary) {
  const rates = [summary.no_match_rate_before, summary.no_match_rate_after].map(formatShare);
  return [
    figure("Prompts changed", formatCount(summary.changed), `of ${formatCount(summary.answered)}`),
    figure("Overlap", formatShare(summary.overlap), "of the first ten stay"),
    figure("Products", `+${formatCount(summary.entered)} −${formatCount(summary.left)}`, `and ${formatCount(summary.moved)} move`),
    figure("No match", rates[1], `${rates[0]} now`),
    figure("Clicks", `+${formatCount(summary.clicks_won)} −${formatCount(summary.clicks_lost)}`, "clicked products won and lost"),
  ];
}

/** Make a list of the first names; those that another answer does not have are marked as new. */
function results(found, others = found) {
  const known = new Set(others.map(keyOf));
  if (!found.length) return "Nothing";
  return el("ol", {}, ...found.slice(0, FIRST).map((result) =>
    el("li", {}, result.name || result.external_id, !known.has(keyOf(result)) && el("mark", { text: "new" }))));
}

const keyOf = (result) => result.external_id || result.id;
