// Outfits for an occasion, a season, a formality; and what to buy so that more of them become possible.

import { post, Problem } from "../api.js";
import { announce, byId, count, el, sentence } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { action, clearNotice, showNotice, showProblem } from "../notices.js";
import { skeletons } from "../cards.js";
import { addressOfShopper } from "../shopper.js";
import { nameOf, named } from "./items.js";
import { outfitCard } from "./outfit_cards.js";
import { openSection } from "./sections.js";
import { wishes } from "./vocabulary.js";

const PLACE = "outfits-notice";
const OUTFITS = 6;
const PURCHASES = 3;

let running = new AbortController();

export function setUpDressing() {
  byId("dress").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(dress);
  });
  byId("advise").addEventListener("click", () => attempt(advise));
}

/** Offer every occasion, season and formality that there is a word for. */
export function showWishes() {
  for (const [name, choices] of Object.entries(wishes())) {
    byId("dress").elements[name].replaceChildren(el("option", { value: "", text: "Any" }),
      ...choices.map(([value, text]) => el("option", { value, text: sentence(text) })));
  }
}

/** Show no outfits, as for another shopper. */
export function clearOutfits() {
  running.abort();
  running = new AbortController();
  clearNotice(PLACE);
  byId("looks").replaceChildren();
  return running.signal;
}

function wish() {
  const { occasion, season, formality } = byId("dress").elements;
  return {
    ...(occasion.value && { occasion: occasion.value }),
    ...(season.value && { season: season.value }),
    ...(formality.value && { formality: Number(formality.value) }),
  };
}

async function dress(signal) {
  const source = byId("dress").elements.source.value;
  const { outfits, lacking } = await post(`${addressOfShopper()}outfits/`, { ...wish(), source, number_of_outfits: OUTFITS }, { signal });
  show(outfits.map(outfitCard));
  announce(outfits.length ? count(outfits.length, "outfit") : lacking);
  if (!outfits.length) sayLacking("No outfit can be put together", lacking);
}

async function advise(signal) {
  const { purchases } = await post(`${addressOfShopper()}purchases/`, { ...wish(), number_of_images: PURCHASES }, { signal }).catch(nothingKnown);
  show(purchases.map(purchaseCard));
  announce(purchases.length ? count(purchases.length, "purchase") : "No purchase");
  if (!purchases.length) sayLacking("No one purchase completes an outfit", "Add more of what they own, or ask for less.");
}

/** Of a shopper who is not known there is no wardrobe to complete. */
function nothingKnown(problem) {
  if (problem.status !== 404) throw problem;
  return { purchases: [] };
}

function sayLacking(title, text) {
  showNotice({ title, text, place: PLACE, actions: [action("Add photos to the wardrobe", () => openSection("wardrobe"))] });
}

function purchaseCard({ image, outfits, best }) {
  const card = outfitCard(best);
  const bought = best.pieces.find(({ id }) => id === image);
  card.prepend(el("p", { class: "purchase" }, el("b", {}, named(nameOf(bought), bought.link)), ` would complete ${count(outfits, "outfit")}. The best of them:`));
  return card;
}

function show(nodes) {
  // Here there is room for every part.
  for (const node of nodes) node.querySelector(".parts").open = true;
  byId("looks").replaceChildren(...nodes);
}

async function attempt(ask) {
  if (!currentKey()) return showKeyPanel();
  const signal = clearOutfits();
  byId("looks").replaceChildren(...skeletons(PURCHASES));
  try {
    await ask(signal);
  } catch (problem) {
    if (signal.aborted) return undefined;
    if (!(problem instanceof Problem)) throw problem;
    byId("looks").replaceChildren();
    showProblem(problem, () => attempt(ask), PLACE);
  }
  return undefined;
}
