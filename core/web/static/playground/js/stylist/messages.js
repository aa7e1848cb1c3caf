// Messages of a conversation; an answer grows while it is streamed.

import { el } from "../dom.js";
import { itemCards } from "./items.js";
import { outfitCard } from "./outfit_cards.js";

const SOURCES = { rules: "Answered by rules", model: "Answered by the language model" };
const FALLBACKS = {
  unreachable: "cannot be reached",
  slow: "took too long",
  refused: "refused",
  failed: "failed",
  junk: "sent an unreadable answer",
  cut_off: "was interrupted",
  too_many_steps: "used too many steps",
  empty: "sent an empty answer",
  ungrounded: "named items that do not exist",
};

export const shopperNode = (text) => el("li", { class: "message heard" },
  el("span", { class: "visually-hidden", text: "You: " }), el("p", { class: "said", text }));

/** Make an empty answer: its node, and methods that add to it. */
export function answerNode() {
  const textNode = el("p", { class: "said" });
  const content = el("div", { class: "shown" });
  const who = el("p", { class: "note who" });
  return {
    node: el("li", { class: "message answer" }, el("span", { class: "visually-hidden", text: "Stylist: " }), textNode, content, who),
    get isEmpty() { return !textNode.textContent && !content.children.length; },
    addWords(text) { textNode.append(text); },
    addItems(items) { if (items.length) content.append(el("ul", { class: "grid named" }, ...itemCards(items))); },
    addOutfits(outfits) { if (outfits.length) content.append(el("ul", { class: "looks" }, ...outfits.map(outfitCard))); },
    showSource(text) { who.textContent = text; },
  };
}

/** Make the node of a stored message. */
export function messageNode(message) {
  if (message.role === "shopper") return shopperNode(message.text);
  const answer = answerNode();
  answer.addWords(message.text);
  answer.addItems(message.items);
  answer.addOutfits(message.outfits);
  answer.showSource(sourceText(message));
  return answer.node;
}

/** Return the source line, such as "Answered by rules: the language model took too long." */
export function sourceText({ spoken_by: by, fallback }) {
  if (!by) return "Stopped.";
  return fallback ? `${SOURCES[by]}: the language model ${FALLBACKS[fallback] ?? "was unavailable"}.` : `${SOURCES[by]}.`;
}
