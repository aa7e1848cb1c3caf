// The conversation as it is seen: opened, added to, and kept in sight while an answer grows.

import { byId, el } from "../dom.js";
import { messageNode } from "./messages.js";

const GAP = 12;
let isFollowing = true;

export function setUpThread(onEarlier) {
  const letGo = () => { isFollowing = false; };
  for (const sign of ["wheel", "touchmove", "keydown", "pointerdown"]) byId("thread").addEventListener(sign, letGo, { passive: true });
  byId("earlier").addEventListener("click", onEarlier);
}

/** Show messages, the newest first as the API lists them, and nothing else. */
export function showThread(messages, hasMore) {
  byId("messages").replaceChildren(...inOrder(messages));
  byId("earlier").hidden = !hasMore;
  showOpening();
  byId("thread").scrollTop = byId("thread").scrollHeight;
}

/** Put what was said before in front; what is looked at stays where it is. */
export function showEarlier(messages, hasMore) {
  const before = byId("thread").scrollHeight;
  byId("messages").prepend(...inOrder(messages));
  byId("earlier").hidden = !hasMore;
  byId("thread").scrollTop += byId("thread").scrollHeight - before;
  if (!hasMore) byId("thread").focus();
}

/** Add what is said and what is answered; returns what brings both into sight as the answer grows. */
export function addToThread(heard, answer) {
  byId("messages").append(heard, answer);
  showOpening();
  isFollowing = true;
  const follow = () => { if (isFollowing) byId("thread").scrollTop = heard.offsetTop - GAP; };
  follow();
  return follow;
}

export function takeFromThread(...nodes) {
  for (const node of nodes) node.remove();
  showOpening();
}

function showOpening() {
  byId("opening").hidden = byId("messages").children.length > 0;
}

const inOrder = (messages) => messages.toReversed().map(messageNode);

/** Offer what to begin with; `onChoice` is called with the words. */
export function showSuggestions(suggestions, onChoice) {
  byId("suggestions").replaceChildren(...suggestions.map((text) =>
    el("li", {}, el("button", { type: "button", text, on: { click: () => onChoice(text) } }))));
}
