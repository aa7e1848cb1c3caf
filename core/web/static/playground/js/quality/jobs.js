// A comparison or an enhancement, from being asked for to its end, with how far it has got.

import { follow, idempotencyKey, Problem } from "../api.js";
import { byId, el, sentence } from "../dom.js";
import { stepName } from "./steps.js";

/** Ask for a job and return it when it is done; `place` shows how far it has got. Raises `Problem`. */
export async function runJob(path, body, { place, signal }) {
  const tell = progressIn(byId(place));
  try {
    let last = await lastOf(follow("POST", path, { body, signal, extra: idempotencyKey() }), tell);
    // The server lets go of whoever waits long; the job goes on.
    while (last.name === "pending") {
      last = await lastOf(follow("GET", `${path}${last.data.id}/progress/`, { signal }), tell);
    }
    // The photo is at fault, not the way to it.
    if (last.name === "failed") throw new Problem({ ...last.data.problem, status: 400 });
    return last.data;
  } finally {
    if (!signal.aborted) byId(place).hidden = true;
  }
}

async function lastOf(events, tell) {
  for await (const event of events) {
    if (event.name !== "progress") return event;
    tell(event.data);
  }
  throw new Problem({ detail: "The answer broke off before its end." });
}

function progressIn(node) {
  const bar = el("progress", { max: "1", "aria-label": "Progress" });
  const said = el("p", { class: "note", role: "status" });
  const tell = ({ stage, progress }) => {
    bar.value = progress;
    said.textContent = sayStage(stage);
  };
  node.replaceChildren(bar, said);
  node.hidden = false;
  tell({ stage: "", progress: 0 });
  return tell;
}

/** "enhancing: white_balance" is said as "Enhancing: balance white". */
function sayStage(stage) {
  if (!stage) return "Waiting for a worker";
  return sentence(stage.replace(/\w+$/, (last) => stepName(last).toLowerCase()));
}
