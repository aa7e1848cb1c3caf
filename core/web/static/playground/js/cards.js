// The grid: products as pictures with what can be done about them, and their outlines while they are awaited.

import { el, icon, send } from "./dom.js";
import { MATCHES, photo, priceOf } from "./product.js";
import { opinionOf } from "./reactions.js";
import { scaleOf, why } from "./explanation.js";

const STATES = { pending: "Waiting", failed: "Not indexed" };

/** The cards of a list; `answer` is the id of the answer they came in, if it was one. */
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
    stock(image),
    el("div", { class: "opinions" }, opinion(shown, "like", "Like"), opinion(shown, "dislike", "Dislike")),
    el("div", { class: "ways" },
      wish(image, 1, "More like it", "More like"), wish(image, -1, "Less", "Less like"),
      why(image, scale)),
  );
  return node;
}

/** A button that says that the shopper likes or dislikes what is shown. */
export function opinion(shown, kind, label) {
  return el("button", {
    type: "button", class: "opinion", title: label, dataset: { kind },
    "aria-label": `${label} ${shown.image.name}`, "aria-pressed": String(opinionOf(shown.image.id) === kind),
    on: { click: (event) => send(event.currentTarget, "opinion", { ...shown, kind }) },
  }, icon(kind));
}

/** A button that asks for more, or less, of what an image shows. */
export function wish(image, weight, text, label) {
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
  return el("span", { class: "score", title: "What answers are ordered by", text: `Score ${value.toFixed(3)}` });
}

function stock({ availability }) {
  const isAway = availability && availability !== "in_stock";
  return isAway && el("p", { class: "stock", text: availability.replaceAll("_", " ") });
}
