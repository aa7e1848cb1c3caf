// Who shops: an id of the shop's own, kept in this tab.

import { byId } from "./dom.js";

const STORE = "atelier-shopper";

/** The shopper chosen on any page; until then whom the page itself names. */
export const currentShopper = () => sessionStorage.getItem(STORE) || byId("shopper-id").defaultValue;

/** Whom a question names: the shopper, or nobody where the page was told to leave them out. */
export const askingShopper = () => (byId("as-shopper").checked ? currentShopper() : null);

export const addressOfShopper = () => `shoppers/${encodeURIComponent(currentShopper())}/`;

export function useShopper(id) {
  sessionStorage.setItem(STORE, id);
}
