// Try a rule on the last prompts: start a replay, follow it, and show what it finds.

import { download, get, idempotencyKey, post, Problem } from "../api.js";
import { announce, byId } from "../dom.js";
import { saveFile } from "../downloads.js";
import { clearNotice, showProblem } from "../notices.js";
import { showReplay } from "./replay_results.js";

const SECOND = 1_000;

let shown = null;
let timer = 0;

/** Show the newest replay of the shop, and follow it until it ends. */
export async function loadReplay() {
  byId("replays").hidden = false;
  await guard(async () => {
    const { results } = await get("replays/?page_size=1");
    if (results.length) await follow(results[0].id);
  }, loadReplay);
}

/** Set up the form and the buttons. */
export function setUpReplay() {
  byId("replay").addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  byId("replay").elements.action.addEventListener("change", ({ target }) => {
    byId("replay").elements.strength.disabled = !["boost", "bury"].includes(target.value);
  });
  byId("replay-cancel").addEventListener("click", () => guard(async () => {
    show(await post(`replays/${shown.id}/cancel/`, {}));
    announce("Cancelled");
  }));
  byId("replay-csv").addEventListener("click", () => guard(async () => {
    const { name, file } = await download(`replays/${shown.id}/prompts/`, "text/csv");
    saveFile(file, name);
    announce("Downloaded");
  }));
}

async function start() {
  const { facet, value, action, strength, prompts } = byId("replay").elements;
  const rule = {
    name: `${action.selectedOptions[0].text} ${value.value}`,
    action: action.value,
    strength: Number(strength.value),
    target: { [facet.value]: [value.value] },
    prompts: prompts.value.trim() ? [prompts.value.trim()] : [],
  };
  await guard(async () => {
    const replay = await post("replays/", { rules: { add: [rule] } }, { extra: idempotencyKey() });
    await follow(replay.id);
  }, start);
}

async function follow(id) {
  window.clearTimeout(timer);
  const replay = await get(`replays/${id}/`);
  show(replay);
  if (replay.state === "pending") timer = window.setTimeout(() => guard(() => follow(id), () => follow(id)), SECOND);
}

function show(replay) {
  shown = replay;
  showReplay(replay);
}

/** Call the API, and show what went wrong next to the form. */
async function guard(work, retry = () => guard(work)) {
  try {
    await work();
    clearNotice("replay-notice");
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, retry, "replay-notice");
  }
}
