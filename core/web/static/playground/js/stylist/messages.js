// Both sides of a conversation; an answer grows while it is told.

import { el } from "../dom.js";
import { itemCards } from "./items.js";
import { outfitCard } from "./outfit_cards.js";

const WHO = { rules: "By the rules", model: "By the language model" };
const WHY = {
  unreachable: "cannot be reached",
  slow: "took too long",
  refused: "refused",
  failed: "failed",
  junk: "answered nothing that can be read",
  cut_off: "broke off",
  too_many_steps: "looked things up without end",
  empty: "said nothing",
  ungrounded: "named what is not there",
};

export const heardNode = (text) => el("li", { class: "message heard" },
  el("span", { class: "visually-hidden", text: "You: " }), el("p", { class: "said", text }));

/** An answer to be filled: its node, and what adds to it. */
export function growingAnswer() {
  const said = el("p", { class: "said" });
  const shown = el("div", { class: "shown" });
  const who = el("p", { class: "note who" });
  return {
    node: el("li", { class: "message answer" }, el("span", { class: "visually-hidden", text: "Stylist: " }), said, shown, who),
    get isEmpty() { return !said.textContent && !shown.children.length; },
    addWords(text) { said.append(text); },
    addItems(items) { if (items.length) shown.append(el("ul", { class: "grid named" }, ...itemCards(items))); },
    addOutfits(outfits) { if (outfits.length) shown.append(el("ul", { class: "looks" }, ...outfits.map(outfitCard))); },
    tellWho(text) { who.textContent = text; },
  };
}

/** A message as it was kept, of either side. */
export function messageNode(message) {
  if (message.role === "shopper") return heardNode(message.text);
  const answer = growingAnswer();
  answer.addWords(message.text);
  answer.addItems(message.items);
  answer.addOutfits(message.outfits);
  answer.tellWho(sayWho(message));
  return answer.node;
}

/** "By the rules: the language model took too long."; what was left before its end says that. */
export function sayWho({ spoken_by: by, fallback }) {
  if (!by) return "It was left before its end.";
  return fallback ? `${WHO[by]}: the language model ${WHY[fallback] ?? "was away"}.` : `${WHO[by]}.`;
}
