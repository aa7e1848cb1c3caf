// Items in the stylist's answers: of the shop, with price and link, or of the wardrobe.

import { el, sentence } from "../dom.js";
import { photo, priceOf } from "../product.js";

export const WARDROBE_LABEL = "Wardrobe";

/** Return the item's name, or else its colour and kind, such as "Grey shirt". */
export const nameOf = ({ name, colour = "", kind }) => name || sentence(kind.includes(colour) ? kind : `${colour} ${kind}`);

export const itemCards = (items) => items.map((item) => {
  const name = nameOf(item);
  return el("li", { class: "card", dataset: { item: item.id } },
    // The name below is enough for screen readers.
    el("div", { class: "tile" }, photo({ ...item, name: "" }), item.source === "wardrobe" && el("span", { class: "badge", text: WARDROBE_LABEL })),
    el("h3", {}, nameLink(name, item.link)),
    el("p", { class: "facts" }, priceOf(item) && el("span", { text: priceOf(item) })));
});

/** Make a link to the product's page, or plain text without one. */
export const nameLink = (name, link) => (link ? el("a", { href: link, target: "_blank", rel: "noopener", text: name }) : name);
