// Likes and dislikes of the shopper: sent to the API and shown on all cards.

import { get } from "./api.js";
import { announce } from "./dom.js";
import { eventAbout, sendEvent } from "./events.js";
import { currentShopper } from "./shopper.js";

const opinions = new Map();

export const opinionOf = (id) => opinions.get(id);

/** Load the shopper's earlier likes and dislikes; the latest one counts. */
export async function loadOpinions() {
  opinions.clear();
  const query = `events/?shopper=${encodeURIComponent(currentShopper())}&page_size=200`;
  const lists = await Promise.all(["like", "dislike"].map((kind) => get(`${query}&kind=${kind}`)));
  const events = lists.flatMap(({ results }) => results);
  events.sort((one, other) => one.occurred_at.localeCompare(other.occurred_at));
  for (const { image, kind } of events) opinions.set(image, kind);
  show();
}

/** Record a like or dislike; a disliked image is hidden at once. Throws `Problem`. */
export async function saveReaction({ image, kind, answer, position }) {
  if (opinions.get(image.id) === kind) return;
  const before = opinions.get(image.id);
  opinions.set(image.id, kind);
  show();
  if (kind === "dislike") hide(image.id);
  announce(kind === "like" ? `Liked ${image.name}` : `Hidden: ${image.name}`);
  try {
    await sendEvent(eventAbout(kind, { image, answer, position }));
  } catch (problem) {
    if (problem.isTemporary) throw problem;
    opinions.set(image.id, before);
    show();
    throw problem;
  }
}

function hide(id) {
  for (const card of document.querySelectorAll(`.card[data-image="${id}"]`)) {
    const hasFocus = card.contains(document.activeElement);
    card.hidden = true;
    const next = nextVisible(card, "nextElementSibling") ?? nextVisible(card, "previousElementSibling");
    if (hasFocus) (next?.querySelector("h3 button") ?? card.closest("section, aside")).focus();
  }
}

function nextVisible(card, way) {
  let next = card[way];
  while (next?.hidden) next = next[way];
  return next;
}

function show() {
  for (const card of document.querySelectorAll(".card[hidden]")) card.hidden = opinions.get(card.dataset.image) === "dislike";
  for (const button of document.querySelectorAll(".opinion")) {
    const { image } = button.closest("[data-image]").dataset;
    button.setAttribute("aria-pressed", String(opinions.get(image) === button.dataset.kind));
  }
}
