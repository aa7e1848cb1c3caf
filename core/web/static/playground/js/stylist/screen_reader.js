// The log for screen readers: each new piece of an answer is read once.

import { byId, count, el } from "../dom.js";

const KINDS = { found: "found", owned: "of the wardrobe", compared: "compared", named: "named" };

export function clearLog() {
  byId("aloud").replaceChildren();
}

export const logText = (text) => add(text.trim());

export const logItems = ({ kind, items }) => add(`${count(items.length, "piece")} ${KINDS[kind] ?? ""}`);

export const logOutfits = ({ outfits }) => add(`${count(outfits.length, "outfit")} shown`);

/** Add a line; screen readers read added nodes only. */
function add(text) {
  if (text) byId("aloud").append(el("p", { text }));
}
