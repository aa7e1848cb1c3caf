// Outfits for an occasion, season and formality, and purchases that complete the most outfits.

import { post, Problem } from "../api.js";
import { announce, byId, count, el, sentence } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { action, clearNotice, showNotice, showProblem } from "../notices.js";
import { skeletons } from "../cards.js";
import { addressOfShopper } from "../shopper.js";
import { nameLink, nameOf } from "./items.js";
import { outfitCard } from "./outfit_cards.js";
import { openSection } from "./sections.js";
import { outfitOptions } from "./vocabulary.js";

const PLACE = "outfits-notice";
const OUTFITS = 6;
const PURCHASES = 3;

let controller = new AbortController();

export function setUpOutfits() {
  byId("dress").addEventListener("submit", (event) => {
    event.preventDefault();
    run(findOutfits);
  });
  byId("advise").addEventListener("click", () => run(findPurchases));
}

/** Fill the selects of occasion, season and formality. */
export function showOptions() {
  for (const [name, choices] of Object.entries(outfitOptions())) {
    byId("dress").elements[name].replaceChildren(el("option", { value: "", text: "Any" }),
      ...choices.map(([value, text]) => el("option", { value, text: sentence(text) })));
  }
}

/** Clear the outfits and cancel a running request. */
export function clearOutfits() {
  controller.abort();
  controller = new AbortController();
  clearNotice(PLACE);
  byId("looks").replaceChildren();
  return controller.signal;
}

function requestedOptions() {
  const { occasion, season, formality } = byId("dress").elements;
  return {
    ...(occasion.value && { occasion: occasion.value }),
    ...(season.value && { season: season.value }),
    ...(formality.value && { formality: Number(formality.value) }),
  };
}

async function findOutfits(signal) {
  const source = byId("dress").elements.source.value;
  const { outfits, lacking } = await post(`${addressOfShopper()}outfits/`, { ...requestedOptions(), source, number_of_outfits: OUTFITS }, { signal });
  show(outfits.map(outfitCard));
  announce(outfits.length ? count(outfits.length, "outfit") : lacking);
  if (!outfits.length) showLacking("No outfit is possible", lacking);
}

async function findPurchases(signal) {
  const { purchases } = await post(`${addressOfShopper()}purchases/`, { ...requestedOptions(), number_of_images: PURCHASES }, { signal }).catch(ignoreUnknownShopper);
  show(purchases.map(purchaseCard));
  announce(purchases.length ? count(purchases.length, "purchase") : "No purchase");
  if (!purchases.length) showLacking("No single purchase completes an outfit", "Add more garments to the wardrobe, or choose fewer conditions.");
}

/** Treat a shopper that does not exist yet as one with an empty wardrobe. */
function ignoreUnknownShopper(problem) {
  if (problem.status !== 404) throw problem;
  return { purchases: [] };
}

function showLacking(title, text) {
  showNotice({ title, text, place: PLACE, actions: [action("Add photos to the wardrobe", () => openSection("wardrobe"))] });
}

function purchaseCard({ image, outfits, best }) {
  const card = outfitCard(best);
  const bought = best.pieces.find(({ id }) => id === image);
  card.prepend(el("p", { class: "purchase" }, el("b", {}, nameLink(nameOf(bought), bought.link)), ` would complete ${count(outfits, "outfit")}. The best of them:`));
  return card;
}

function show(nodes) {
  // This page has space for every part of the score.
  for (const node of nodes) node.querySelector(".parts").open = true;
  byId("looks").replaceChildren(...nodes);
}

async function run(request) {
  if (!currentKey()) return showKeyPanel();
  const signal = clearOutfits();
  byId("looks").replaceChildren(...skeletons(PURCHASES));
  try {
    await request(signal);
  } catch (problem) {
    if (signal.aborted) return undefined;
    if (!(problem instanceof Problem)) throw problem;
    byId("looks").replaceChildren();
    showProblem(problem, () => run(request), PLACE);
  }
  return undefined;
}
