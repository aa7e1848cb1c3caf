// What the shopper thinks of products: told to the API, and shown on every card at once.

import { get } from "./api.js";
import { announce } from "./dom.js";
import { eventAbout, tell } from "./events.js";
import { currentShopper } from "./shopper.js";

const opinions = new Map();

export const opinionOf = (id) => opinions.get(id);

/** Learn what the shopper said before, the latest word last; a key that may not read it begins with nothing. */
export async function loadOpinions() {
  opinions.clear();
  const whose = `events/?shopper=${encodeURIComponent(currentShopper())}&page_size=200`;
  const lists = await Promise.all(["like", "dislike"].map((kind) => get(`${whose}&kind=${kind}`)));
  const said = lists.flatMap(({ results }) => results);
  said.sort((one, other) => one.occurred_at.localeCompare(other.occurred_at));
  for (const { image, kind } of said) opinions.set(image, kind);
  show();
}

/** Like or dislike what is shown; a dislike takes it away at once. Raises `Problem`. */
export async function react({ image, kind, answer, position }) {
  if (opinions.get(image.id) === kind) return;
  const before = opinions.get(image.id);
  opinions.set(image.id, kind);
  show();
  if (kind === "dislike") hide(image.id);
  announce(kind === "like" ? `Liked ${image.name}` : `Hidden: ${image.name}`);
  try {
    await tell(eventAbout(kind, { image, answer, position }));
  } catch (problem) {
    if (problem.isPassing) throw problem;
    opinions.set(image.id, before);
    show();
    throw problem;
  }
}

function hide(id) {
  for (const card of document.querySelectorAll(`.card[data-image="${id}"]`)) {
    const hasFocus = card.contains(document.activeElement);
    card.hidden = true;
    const next = nextShown(card, "nextElementSibling") ?? nextShown(card, "previousElementSibling");
    if (hasFocus) (next?.querySelector("h3 button") ?? card.closest("section, aside")).focus();
  }
}

function nextShown(card, way) {
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
