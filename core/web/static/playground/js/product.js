// Photo, price and match labels of a product.

import { el } from "./dom.js";

export const MATCHES = { strong: "Strong match", weak: "Weak match", none: "No match" };
export const PLACEMENTS = { rule: "Pinned by a rule", discovery: "To discover" };

// Photos with a ratio near the tile's 3:4 fill it, from 9:16 on; wider ones are shown whole.
const TILE_RATIO = 3 / 4;
const NEAR = 0.26;

// Browsers that know "auto" take the width of the element, once a lazy photo is laid out.
const TILE_SIZES = "auto, (max-width: 40rem) 50vw, 14rem";

/** Make the photo of an image; `sizes` says how wide it is shown. */
export function photo(image, sizes = TILE_SIZES) {
  const isNear = Math.abs(image.width / image.height / TILE_RATIO - 1) < NEAR;
  return el("img", {
    loading: "lazy", decoding: "async", sizes, srcset: sourcesOf(image), src: image.photo_url,
    alt: image.name, width: image.width, height: image.height, class: isNear ? "fills" : "fits",
    on: { error: (event) => event.target.closest(".tile")?.classList.add("is-lost") },
  });
}

/** Make a small photo without a name, which its card has; `attributes` are those of the element. */
export function smallPhoto(image, attributes = {}) {
  return el("img", {
    loading: "lazy", decoding: "async", sizes: TILE_SIZES, srcset: sourcesOf(image), src: image.photo_url,
    alt: "", ...attributes,
  });
}

/** Return the thumbnails and the photo for `srcset`; null until there are thumbnails. */
function sourcesOf({ thumbnails = [], photo_url: url, width }) {
  if (!thumbnails.length) return null;
  const whole = width > thumbnails.at(-1).width ? [{ url, width }] : [];
  return [...thumbnails, ...whole].map((source) => `${source.url} ${source.width}w`).join(", ");
}

/** Return the sizes that a shopper can have, such as "EU 36, EU 38"; empty where variants name none. */
export function sizesOf({ variants = [] }) {
  const sizes = variants
    .filter((variant) => variant.size && variant.availability !== "out_of_stock")
    .map((variant) => `${variant.size_system} ${variant.size}`.trim());
  return [...new Set(sizes)].join(", ");
}

export function priceOf({ price, currency }) {
  if (price == null) return "";
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(price);
  } catch {
    return `${price} ${currency}`.trim();
  }
}
