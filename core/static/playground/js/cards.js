// The grid: products as pictures, and their outlines while they are awaited.

import { showDetail } from "./detail.js";
import { el } from "./dom.js";
import { MATCHES, photo, priceOf } from "./product.js";

const STATES = { pending: "Waiting", failed: "Not indexed" };

export function card(image) {
  return el("li", { class: "card" },
    el("div", { class: "tile" }, photo(image), badge(image)),
    el("h3", {}, el("button", { type: "button", text: image.name, "aria-haspopup": "dialog", on: { click: () => showDetail(image) } })),
    el("p", { class: "facts" },
      priceOf(image) && el("span", { text: priceOf(image) }),
      image.score != null && score(image.score),
    ),
    stock(image),
  );
}

export function skeletons(number) {
  return Array.from({ length: number }, () =>
    el("li", { class: "card skeleton", "aria-hidden": "true" },
      el("div", { class: "tile" }), el("p", { class: "bar" }), el("p", { class: "bar short" })));
}

function badge({ match, index_state: state }) {
  const text = MATCHES[match] ?? STATES[state];
  return text && el("span", { class: "badge", dataset: { kind: match ?? state }, text });
}

function score(value) {
  return el("span", {
    class: "score", title: "Cosine similarity of prompt and photo", text: `Score ${value.toFixed(3)}`,
  });
}

function stock({ availability }) {
  const isAway = availability && availability !== "in_stock";
  return isAway && el("p", { class: "stock", text: availability.replaceAll("_", " ") });
}
