// The messages of the open conversation; scrolls with a growing answer.

import { byId, el } from "../dom.js";
import { messageNode } from "./messages.js";

const GAP = 12;
let isFollowing = true;

export function setUpThread(onEarlier) {
  const stopFollowing = () => { isFollowing = false; };
  for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) byId("thread").addEventListener(type, stopFollowing, { passive: true });
  byId("earlier").addEventListener("click", onEarlier);
}

/** Show these messages only; they come newest first, as the API lists them. */
export function showThread(messages, hasMore) {
  byId("messages").replaceChildren(...messageNodes(messages));
  byId("earlier").hidden = !hasMore;
  showOpening();
  byId("thread").scrollTop = byId("thread").scrollHeight;
}

/** Prepend earlier messages without moving the visible ones. */
export function showEarlier(messages, hasMore) {
  const before = byId("thread").scrollHeight;
  byId("messages").prepend(...messageNodes(messages));
  byId("earlier").hidden = !hasMore;
  byId("thread").scrollTop += byId("thread").scrollHeight - before;
  if (!hasMore) byId("thread").focus();
}

/** Add a message and its answer; returns a function that scrolls to them as the answer grows. */
export function addToThread(question, answer) {
  byId("messages").append(question, answer);
  showOpening();
  isFollowing = true;
  const follow = () => { if (isFollowing) byId("thread").scrollTop = question.offsetTop - GAP; };
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

const messageNodes = (messages) => messages.toReversed().map(messageNode);

/** Show suggestions; `onChoice` is called with the text of the chosen one. */
export function showSuggestions(suggestions, onChoice) {
  byId("suggestions").replaceChildren(...suggestions.map((text) =>
    el("li", {}, el("button", { type: "button", text, on: { click: () => onChoice(text) } }))));
}
