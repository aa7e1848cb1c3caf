// Photo, price and match labels of a product.

import { el } from "./dom.js";

export const MATCHES = { strong: "Strong match", weak: "Weak match", none: "No match" };

// Photos with a ratio near the tile's 3:4 fill it, from 9:16 on; wider ones are shown whole.
const TILE_RATIO = 3 / 4;
const NEAR = 0.26;

export function photo(image) {
  const isNear = Math.abs(image.width / image.height / TILE_RATIO - 1) < NEAR;
  return el("img", {
    src: image.photo_url, alt: image.name, width: image.width, height: image.height,
    loading: "lazy", decoding: "async", class: isNear ? "fills" : "fits",
    on: { error: (event) => event.target.closest(".tile")?.classList.add("is-lost") },
  });
}

export function priceOf({ price, currency }) {
  if (price == null) return "";
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(price);
  } catch {
    return `${price} ${currency}`.trim();
  }
}
