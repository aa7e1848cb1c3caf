// The shopper's feed next to the results, reloaded after each of their events.

import { get } from "./api.js";
import { cards, skeletons } from "./cards.js";
import { byId } from "./dom.js";
import { watchImpressions } from "./events.js";
import { addressOfShopper } from "./shopper.js";

const PAGE = 6;
const STEPS = {
  shared_taste: "Based on likes and views, also of shoppers with the same taste",
  taste: "Based on likes and views",
  stated: "Based on stated preferences",
  session: "Based on this visit",
  popular: "Popular items, because nothing is known about this shopper yet",
  new: "New items, because nothing is known about this shopper yet",
};

let controller = new AbortController();
let nextCursor = null;

/** Show the feed from its first page; the focused card keeps the focus if it is still there. */
export async function loadFeed() {
  controller.abort();
  controller = new AbortController();
  if (!byId("feed-grid").children.length) byId("feed-grid").replaceChildren(...skeletons(PAGE));
  await show("", (nodes) => {
    const focused = byId("feed-grid").contains(document.activeElement) && focusSelector(document.activeElement);
    byId("feed-grid").replaceChildren(...nodes);
    if (focused) (byId("feed-grid").querySelector(focused) ?? byId("feed")).focus();
  });
}

export function setUpFeed() {
  byId("feed-more").addEventListener("click", () =>
    show(`&cursor=${encodeURIComponent(nextCursor)}`, (nodes) => {
      byId("feed-grid").append(...nodes);
      nodes[0]?.querySelector("h3 button").focus();
    }));
}

/** Load one page and pass its cards to `put`; an error is shown in place of the feed's description. */
async function show(cursor, put) {
  const { signal } = controller;
  byId("feed").setAttribute("aria-busy", "true");
  try {
    const page = await get(`${addressOfShopper()}feed/?number_of_images=${PAGE}&explain=true${cursor}`, { signal });
    if (signal.aborted) return;
    const nodes = cards(page.results, page.id);
    put(nodes);
    watchImpressions(nodes, page.results, page.id);
    nextCursor = page.next;
    byId("feed-step").textContent = page.results.length ? STEPS[page.step] ?? page.step : "There is nothing to show yet.";
  } catch (problem) {
    if (signal.aborted) return;
    nextCursor = null;
    byId("feed-step").textContent = problem.message;
    byId("feed-grid").replaceChildren();
  }
  byId("feed-more").hidden = !nextCursor;
  byId("feed").removeAttribute("aria-busy");
}

/** Return a selector that finds the focused element in the reloaded card. */
function focusSelector(node) {
  const card = node.closest(".card");
  const within = node.dataset.kind ? `[data-kind="${node.dataset.kind}"]` : "h3 button";
  return card && `.card[data-image="${card.dataset.image}"] ${within}`;
}
