// What the shopper owns: listed, added to, followed until it is tagged, set right, taken out.

import { get, idempotencyKey, post, Problem, remove } from "../api.js";
import { announce, byId, count } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { action, clearNotice, showNotice, showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { garmentCard, sendingCard, titleOf } from "./garment_cards.js";
import { openSection } from "./sections.js";

const PAGE = 24;
const PLACE = "wardrobe-notice";
const FIRST_LOOK = 400;
const LAST_LOOK = 5_000;

let following = null;
let cards = new Map();

export function setUpWardrobe() {
  const list = byId("garments");
  list.addEventListener("save", ({ detail: item }) => {
    showGarment(item).querySelector("summary").focus();
    announce(`Saved: ${titleOf(item)}`);
  });
  list.addEventListener("takeout", ({ detail: id }) => attempt(() => takeOut(id)));
  byId("more-garments").addEventListener("click", () => attempt(async () => {
    const nodes = await readPage(following);
    nodes[0]?.querySelector("summary, button")?.focus();
  }));
}

/** Show the shopper's wardrobe from its newest garment on. */
export const loadWardrobe = () => attempt(async () => {
  cards = new Map();
  byId("garments").replaceChildren();
  await readPage(`${addressOfShopper()}wardrobe/?page_size=${PAGE}`);
});

/** Add a garment for each photo, one after the other; each says for itself what becomes of it. */
export async function addPhotos(files) {
  if (!currentKey()) return showKeyPanel();
  openSection("wardrobe");
  clearNotice(PLACE);
  const sending = files.map((file) => ({ file, card: sendingCard(file), once: idempotencyKey() }));
  byId("garments").prepend(...sending.map(({ card }) => card.node));
  announce(`Sending ${count(files.length, "photo")}`);
  for (const one of sending) await add(one);
}

async function add({ file, card, once }) {
  const form = new FormData();
  form.append("photo", file);
  const list = cards;
  try {
    const [item] = await post(`${addressOfShopper()}wardrobe/`, form, { extra: once });
    // Another shopper's wardrobe may be shown by now.
    if (list !== cards) return;
    const node = garmentCard(item);
    card.node.replaceWith(node);
    cards.set(item.id, node);
    tally();
    followGarment(item);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const again = () => {
      const next = { file, card: sendingCard(file), once };
      card.node.replaceWith(next.card.node);
      add(next);
    };
    card.refuse([problem.message, ...problem.fieldMessages], [
      problem.isPassing && action("Try again", again), action("Dismiss", () => { card.node.remove(); byId("photos").focus(); }),
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
  following = next && new URL(next).href.split("/api/v1/")[1];
  byId("more-garments").hidden = !next;
  tally();
  return nodes;
}

/** Look at a garment until it is tagged, or is shown no more. */
async function followGarment(item) {
  const path = `${addressOfShopper()}wardrobe/${item.id}/`;
  let [seen, pause] = [item, FIRST_LOOK];
  while (seen.state === "pending") {
    await new Promise((resolve) => { window.setTimeout(resolve, pause); });
    pause = Math.min(pause * 1.4, LAST_LOOK);
    if (!cards.get(item.id)?.isConnected) return;
    // What cannot be reached now can be later.
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
  tally();
  (next?.querySelector("summary, button") ?? byId("wardrobe-title")).focus();
  announce("Removed");
}

function tally() {
  byId("wardrobe-tally").textContent = cards.size ? `${count(cards.size, "garment")}${byId("more-garments").hidden ? "" : " shown"}` : "";
  if (!cards.size && !byId("garments").children.length) {
    showNotice({ title: "Nothing here yet", text: "Add photos of what they own, one garment on each.", place: PLACE });
  } else if (cards.size) clearNotice(PLACE);
}

async function attempt(deed) {
  clearNotice(PLACE);
  try {
    await deed();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => attempt(deed), PLACE);
  }
}
