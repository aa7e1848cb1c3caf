// How many photos of the shop are indexed, and its newest images.

import { get } from "./api.js";
import { byId, count, el } from "./dom.js";

const SOON = 2_000;
const LATER = 15_000;
const NEWEST = "images/?page_size=12";
let timer = 0;

export const counts = { indexed: 0, pending: 0, failed: 0, is_complete: true };

/** Show the counts, and update them while photos are waiting. */
export async function watchShop() {
  window.clearTimeout(timer);
  const before = counts.pending;
  Object.assign(counts, await get("index/"));
  byId("shop-state").replaceChildren(...countNodes());
  const isProgressing = counts.pending > 0 && counts.pending !== before;
  const again = () => (document.hidden ? plan() : watchShop().catch(plan));
  const plan = () => { timer = window.setTimeout(again, isProgressing ? SOON : LATER); };
  if (counts.pending > 0 || !counts.is_complete) plan();
}

export async function loadNewest(signal) {
  const { results } = await get(NEWEST, { signal });
  return { request: { path: NEWEST }, results };
}

function countNodes() {
  const { indexed, pending, failed, is_complete: isComplete } = counts;
  return [
    el("span", { dataset: { state: "indexed" }, text: `${count(indexed, "photo")} ready` }),
    pending > 0 && el("span", { dataset: { state: "pending" }, text: `${pending} waiting` }),
    failed > 0 && el("span", { dataset: { state: "failed" }, text: `${failed} failed` }),
    !isComplete && indexed > 0 && el("span", { text: "index being repaired" }),
  ].filter(Boolean);
}
