// The shopper's own feed beside the answer, made anew whenever they did something.

import { get } from "./api.js";
import { cards, skeletons } from "./cards.js";
import { byId } from "./dom.js";
import { watchImpressions } from "./events.js";
import { addressOfShopper } from "./shopper.js";

const PAGE = 6;
const STEPS = {
  taste: "From what they liked and looked at",
  stated: "From what they say they like",
  session: "From what they did on this visit",
  popular: "What is popular, since nothing is known of them yet",
  new: "What is new, since nothing is known of them yet",
};

let running = new AbortController();
let following = null;

/** Show the feed from its beginning; what was focused in it stays so where it is still there. */
export async function loadFeed() {
  running.abort();
  running = new AbortController();
  if (!byId("feed-grid").children.length) byId("feed-grid").replaceChildren(...skeletons(PAGE));
  await show("", (nodes) => {
    const focused = byId("feed-grid").contains(document.activeElement) && placeOf(document.activeElement);
    byId("feed-grid").replaceChildren(...nodes);
    if (focused) (byId("feed-grid").querySelector(focused) ?? byId("feed")).focus();
  });
}

export function setUpFeed() {
  byId("feed-more").addEventListener("click", () =>
    show(`&cursor=${encodeURIComponent(following)}`, (nodes) => {
      byId("feed-grid").append(...nodes);
      nodes[0]?.querySelector("h3 button").focus();
    }));
}

/** Read one page and put it in its place; what went wrong is said in the place of what follows. */
async function show(cursor, put) {
  const { signal } = running;
  byId("feed").setAttribute("aria-busy", "true");
  try {
    const page = await get(`${addressOfShopper()}feed/?number_of_images=${PAGE}&explain=true${cursor}`, { signal });
    if (signal.aborted) return;
    const nodes = cards(page.results, page.id);
    put(nodes);
    watchImpressions(nodes, page.results, page.id);
    following = page.next;
    byId("feed-step").textContent = page.results.length ? STEPS[page.step] ?? page.step : "There is nothing to show yet.";
  } catch (problem) {
    if (signal.aborted) return;
    following = null;
    byId("feed-step").textContent = problem.message;
    byId("feed-grid").replaceChildren();
  }
  byId("feed-more").hidden = !following;
  byId("feed").removeAttribute("aria-busy");
}

/** How to find what is focused on a card in the next version of that card. */
function placeOf(node) {
  const card = node.closest(".card");
  const within = node.dataset.kind ? `[data-kind="${node.dataset.kind}"]` : "h3 button";
  return card && `.card[data-image="${card.dataset.image}"] ${within}`;
}
