// An answer as a screen reader is told it: each piece once, as it comes, and never the whole again.

import { byId, count, el } from "../dom.js";

const KINDS = { found: "found", owned: "of the wardrobe", compared: "compared", named: "named" };

export function beginAloud() {
  byId("aloud").replaceChildren();
}

export const wordsAloud = (text) => add(text.trim());

export const itemsAloud = ({ kind, items }) => add(`${count(items.length, "piece")} ${KINDS[kind] ?? ""}`);

export const outfitsAloud = ({ outfits }) => add(`${count(outfits.length, "outfit")} shown`);

/** What was added is read, what stands there already is not. */
function add(text) {
  if (text) byId("aloud").append(el("p", { text }));
}
