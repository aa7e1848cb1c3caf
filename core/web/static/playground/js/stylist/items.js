// What the stylist names: of the shop with price and link, or of the shopper's wardrobe.

import { el, sentence } from "../dom.js";
import { photo, priceOf } from "../product.js";

export const OWNED = "Wardrobe";

/** "Linen shirt", or "Grey shirt" of what nobody has named. */
export const nameOf = ({ name, colour = "", kind }) => name || sentence(kind.includes(colour) ? kind : `${colour} ${kind}`);

export const itemCards = (items) => items.map((item) => {
  const name = nameOf(item);
  return el("li", { class: "card", dataset: { item: item.id } },
    // The name stands below.
    el("div", { class: "tile" }, photo({ ...item, name: "" }), item.source === "wardrobe" && el("span", { class: "badge", text: OWNED })),
    el("h3", {}, named(name, item.link)),
    el("p", { class: "facts" }, priceOf(item) && el("span", { text: priceOf(item) })));
});

/** A name that leads to the shop's own page where there is one. */
export const named = (name, link) => (link ? el("a", { href: link, target: "_blank", rel: "noopener", text: name }) : name);
