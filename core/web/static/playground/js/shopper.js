// The current shopper: the shop's own id of them, stored for this tab.

import { byId } from "./dom.js";

const STORE = "atelier-shopper";

/** The shopper chosen on any page, or the page's default. */
export const currentShopper = () => sessionStorage.getItem(STORE) || byId("shopper-id").defaultValue;

/** The shopper to send with a query, or null if the switch is off. */
export const queryShopper = () => (byId("as-shopper").checked ? currentShopper() : null);

export const addressOfShopper = () => `shoppers/${encodeURIComponent(currentShopper())}/`;

export function useShopper(id) {
  sessionStorage.setItem(STORE, id);
}
