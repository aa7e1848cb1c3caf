// Run a comparison or an enhancement, and show its progress.

import { follow, idempotencyKey, Problem } from "../api.js";
import { byId, el, sentence } from "../dom.js";
import { stepName } from "./steps.js";

/** Request a job and return its result; progress is shown in the element `place`. Throws `Problem`. */
export async function runJob(path, body, { place, signal }) {
  const showProgress = progressIn(byId(place));
  try {
    let last = await lastOf(follow("POST", path, { body, signal, extra: idempotencyKey() }), showProgress);
    // The server ends a long stream while the job continues.
    while (last.name === "pending") {
      last = await lastOf(follow("GET", `${path}${last.data.id}/progress/`, { signal }), showProgress);
    }
    // The job failed because of the photo, so repeating it does not help.
    if (last.name === "failed") throw new Problem({ ...last.data.problem, status: 400 });
    return last.data;
  } finally {
    if (!signal.aborted) byId(place).hidden = true;
  }
}

async function lastOf(events, showProgress) {
  for await (const event of events) {
    if (event.name !== "progress") return event;
    showProgress(event.data);
  }
  throw new Problem({ detail: "The connection closed before the answer was complete." });
}

function progressIn(node) {
  const bar = el("progress", { max: "1", "aria-label": "Progress" });
  const label = el("p", { class: "note", role: "status" });
  const showProgress = ({ stage, progress }) => {
    bar.value = progress;
    label.textContent = formatStage(stage);
  };
  node.replaceChildren(bar, label);
  node.hidden = false;
  showProgress({ stage: "", progress: 0 });
  return showProgress;
}

/** Format "enhancing: white_balance" as "Enhancing: balance white". */
function formatStage(stage) {
  if (!stage) return "Waiting for a worker";
  return sentence(stage.replace(/\w+$/, (last) => stepName(last).toLowerCase()));
}
