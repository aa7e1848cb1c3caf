// Product cards of the grid, and skeleton cards that are shown while loading.

import { el, icon, send } from "./dom.js";
import { MATCHES, PLACEMENTS, photo, priceOf, sizesOf } from "./product.js";
import { opinionOf } from "./reactions.js";
import { scaleOf, explanationBars } from "./explanation.js";

const STATES = { pending: "Waiting", failed: "Not indexed" };

/** Make the cards of a list; `answer` is the id of the recommendation that returned them, if any. */
export function cards(results, answer) {
  const scale = scaleOf(results);
  return results.map((image, place) => card({ image, answer, position: place + 1 }, scale));
}

export function skeletons(number) {
  return Array.from({ length: number }, () =>
    el("li", { class: "card skeleton", "aria-hidden": "true" },
      el("div", { class: "tile" }), el("p", { class: "bar" }), el("p", { class: "bar short" })));
}

function card(shown, scale) {
  const { image } = shown;
  const node = el("li", { class: "card", dataset: { image: image.id } },
    el("div", { class: "tile" }, photo(image), badge(image)),
    el("h3", {}, el("button", { type: "button", text: image.name, "aria-haspopup": "dialog", on: { click: () => send(node, "look", shown) } })),
    el("p", { class: "facts" },
      priceOf(image) && el("span", { text: priceOf(image) }),
      image.score != null && score(image.score),
    ),
    sizesOf(image) && el("p", { class: "sizes", text: sizesOf(image) }),
    stock(image),
    image.placed_by && el("p", { class: "placed", text: PLACEMENTS[image.placed_by] }),
    el("div", { class: "opinions" }, opinionButton(shown, "like", "Like"), opinionButton(shown, "dislike", "Dislike")),
    el("div", { class: "ways" },
      similarButton(image, 1, "More like it", "More like"), similarButton(image, -1, "Less", "Less like"),
      explanationBars(image, scale)),
  );
  return node;
}

/** Make a button that records a like or dislike of the image. */
export function opinionButton(shown, kind, label) {
  return el("button", {
    type: "button", class: "opinion", title: label, dataset: { kind },
    "aria-label": `${label} ${shown.image.name}`, "aria-pressed": String(opinionOf(shown.image.id) === kind),
    on: { click: (event) => send(event.currentTarget, "opinion", { ...shown, kind }) },
  }, icon(kind));
}

/** Make a button that adds the image to the query, for or against. */
export function similarButton(image, weight, text, label) {
  return el("button", {
    type: "button", class: weight < 0 ? "plain less" : "plain", text, title: `${label} this`, "aria-label": `${label} ${image.name}`,
    on: { click: (event) => send(event.currentTarget, "wish", { image, weight }) },
  });
}

function badge({ match, index_state: state }) {
  const text = MATCHES[match] ?? STATES[state];
  return text && el("span", { class: "badge", dataset: { kind: match ?? state }, text });
}

function score(value) {
  return el("span", { class: "score", title: "Results are ordered by this", text: `Score ${value.toFixed(3)}` });
}

function stock({ availability }) {
  const isAway = availability && availability !== "in_stock";
  return isAway && el("p", { class: "stock", text: availability.replaceAll("_", " ") });
}
