// One product, looked at closely, with those most like it.

import { get } from "./api.js";
import { opinion, wish } from "./cards.js";
import { byId, el, send, sentence } from "./dom.js";
import { MATCHES, photo, priceOf } from "./product.js";

const SIMILAR = 4;

/** Open what is shown: an image, and the answer and place that it was shown in. */
export function showDetail(shown) {
  const { image } = shown;
  const dialog = byId("detail");
  const similar = el("div", { class: "similar" });
  const article = dialog.firstElementChild;
  article.dataset.image = image.id;
  article.replaceChildren(
    el("button", { type: "button", class: "shut", "aria-label": "Close", on: { click: () => dialog.close() } }),
    el("div", { class: "tile" }, photo(image)),
    el("div", { class: "detail-text" },
      el("h2", { id: "detail-name", text: image.name }),
      image.price != null && el("p", { class: "price", text: priceOf(image) }),
      image.description && el("p", { text: image.description }),
      el("div", { class: "deeds" },
        opinion(shown, "like", "Like"), opinion(shown, "dislike", "Dislike"),
        wish(image, 1, "More like this", "More like"), wish(image, -1, "Less like this", "Less like")),
      similar,
      facts(image),
    ),
  );
  if (!dialog.open) dialog.showModal();
  // The product stands for itself where nothing can be said about others.
  fillSimilar(similar, image).catch(() => {});
}

export function closeDetail() {
  byId("detail").close();
}

export function setUpDetail() {
  const dialog = byId("detail");
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

async function fillSimilar(node, { id }) {
  const { id: answer, results } = await get(`images/${id}/similar/?number_of_images=${SIMILAR}`);
  if (!results.length) return;
  const thumbs = results.map((image, place) => el("button", {
    type: "button", "aria-label": image.name, title: image.name,
    on: { click: (event) => send(event.currentTarget, "look", { image, answer, position: place + 1 }) },
  }, photo(image)));
  node.append(el("h3", { text: "Most like it" }), el("div", { class: "strip" }, ...thumbs));
}

function facts(image) {
  const rows = {
    Match: MATCHES[image.match],
    Score: image.score?.toFixed(4),
    Similarity: image.similarity?.toFixed(4),
    Why: image.explanation?.sentence,
    Brand: image.brand,
    Category: image.category,
    Style: image.styles?.join(", "),
    "Age group": image.age_group,
    Colour: image.colour,
    Gender: image.gender,
    Availability: image.availability?.replaceAll("_", " "),
    ...attributes(image.attributes),
    Id: image.id,
  };
  const shown = Object.entries(rows).filter(([, value]) => value);
  return el("dl", {}, ...shown.flatMap(([term, value]) => [el("dt", { text: term }), el("dd", { text: value })]));
}

function attributes(given) {
  const texts = Object.entries(given ?? {}).map(([name, value]) =>
    [sentence(name), typeof value === "string" ? value : JSON.stringify(value)]);
  return Object.fromEntries(texts);
}
