// The shopper's wardrobe: list, add, tag, correct and remove garments.

import { get, idempotencyKey, post, Problem, remove } from "../api.js";
import { announce, byId, count } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { action, clearNotice, showNotice, showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { garmentCard, sendingCard, titleOf } from "./garment_cards.js";
import { openSection } from "./sections.js";

const PAGE = 24;
const PLACE = "wardrobe-notice";
const FIRST_POLL_MS = 400;
const MAX_POLL_MS = 5_000;

let nextPage = null;
let cards = new Map();

export function setUpWardrobe() {
  const list = byId("garments");
  list.addEventListener("save", ({ detail: item }) => {
    showGarment(item).querySelector("summary").focus();
    announce(`Saved: ${titleOf(item)}`);
  });
  list.addEventListener("takeout", ({ detail: id }) => run(() => takeOut(id)));
  byId("more-garments").addEventListener("click", () => run(async () => {
    const nodes = await readPage(nextPage);
    nodes[0]?.querySelector("summary, button")?.focus();
  }));
}

/** Show the shopper's wardrobe, newest garment first. */
export const loadWardrobe = () => run(async () => {
  cards = new Map();
  byId("garments").replaceChildren();
  await readPage(`${addressOfShopper()}wardrobe/?page_size=${PAGE}`);
});

/** Add a garment for each photo, one after the other; each card shows its own state. */
export async function addPhotos(files) {
  if (!currentKey()) return showKeyPanel();
  openSection("wardrobe");
  clearNotice(PLACE);
  const uploads = files.map((file) => ({ file, card: sendingCard(file), once: idempotencyKey() }));
  byId("garments").prepend(...uploads.map(({ card }) => card.node));
  announce(`Sending ${count(files.length, "photo")}`);
  for (const one of uploads) await add(one);
}

async function add({ file, card, once }) {
  const form = new FormData();
  form.append("photo", file);
  const list = cards;
  try {
    const [item] = await post(`${addressOfShopper()}wardrobe/`, form, { extra: once });
    // Another shopper may have been chosen in the meantime.
    if (list !== cards) return;
    const node = garmentCard(item);
    card.node.replaceWith(node);
    cards.set(item.id, node);
    showTally();
    followGarment(item);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const again = () => {
      const next = { file, card: sendingCard(file), once };
      card.node.replaceWith(next.card.node);
      add(next);
    };
    card.refuse([problem.message, ...problem.fieldMessages], [
      problem.isTemporary && action("Try again", again), action("Dismiss", () => { card.node.remove(); byId("photos").focus(); }),
    ].filter(Boolean));
  }
}

async function readPage(path) {
  const list = cards;
  const { next, results } = await get(path);
  if (list !== cards) return [];
  const nodes = results.map(garmentCard);
  for (const [place, item] of results.entries()) {
    cards.set(item.id, nodes[place]);
    if (item.state === "pending") followGarment(item);
  }
  byId("garments").append(...nodes);
  nextPage = next && new URL(next).href.split("/api/v1/")[1];
  byId("more-garments").hidden = !next;
  showTally();
  return nodes;
}

/** Poll a garment until it is tagged or no longer shown. */
async function followGarment(item) {
  const path = `${addressOfShopper()}wardrobe/${item.id}/`;
  let [seen, pause] = [item, FIRST_POLL_MS];
  while (seen.state === "pending") {
    await new Promise((resolve) => { window.setTimeout(resolve, pause); });
    pause = Math.min(pause * 1.4, MAX_POLL_MS);
    if (!cards.get(item.id)?.isConnected) return;
    // Network errors are retried at the next poll.
    if (!document.hidden) seen = await get(path).catch(() => seen);
  }
  if (!cards.get(item.id)?.isConnected) return;
  showGarment(seen);
  announce(seen.state === "done" ? `Tagged: ${titleOf(seen)}, ${count(seen.unsure.length, "tag")} unsure` : "A photo could not be tagged");
}

function showGarment(item) {
  const node = garmentCard(item);
  cards.get(item.id).replaceWith(node);
  cards.set(item.id, node);
  return node;
}

async function takeOut(id) {
  await remove(`${addressOfShopper()}wardrobe/${id}/`).catch((problem) => { if (problem.status !== 404) throw problem; });
  const gone = cards.get(id);
  const next = gone.nextElementSibling ?? gone.previousElementSibling;
  cards.delete(id);
  gone.remove();
  showTally();
  (next?.querySelector("summary, button") ?? byId("wardrobe-title")).focus();
  announce("Removed");
}

function showTally() {
  byId("wardrobe-tally").textContent = cards.size ? `${count(cards.size, "garment")}${byId("more-garments").hidden ? "" : " shown"}` : "";
  if (!cards.size && !byId("garments").children.length) {
    showNotice({ title: "Nothing here yet", text: "Add photos of the shopper’s garments, one garment per photo.", place: PLACE });
  } else if (cards.size) clearNotice(PLACE);
}

async function run(operation) {
  clearNotice(PLACE);
  try {
    await operation();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => run(operation), PLACE);
  }
}
