// The dialog with the details of one product and the most similar ones.

import { get } from "./api.js";
import { opinionButton, similarButton } from "./cards.js";
import { byId, el, send, sentence } from "./dom.js";
import { MATCHES, PLACEMENTS, photo, priceOf } from "./product.js";

const SIMILAR = 4;

/** Open the dialog for an image; `shown` also holds the answer and the position where it was shown. */
export function showDetail(shown) {
  const { image } = shown;
  const dialog = byId("detail");
  const similar = el("div", { class: "similar" });
  const article = dialog.firstElementChild;
  article.dataset.image = image.id;
  article.replaceChildren(
    el("button", { type: "button", class: "shut", "aria-label": "Close", on: { click: () => dialog.close() } }),
    el("div", { class: "tile" }, photo(image, "auto, (max-width: 40rem) 100vw, 26rem")),
    el("div", { class: "detail-text" },
      el("h2", { id: "detail-name", text: image.name }),
      image.price != null && el("p", { class: "price", text: priceOf(image) }),
      image.description && el("p", { text: image.description }),
      el("div", { class: "deeds" },
        opinionButton(shown, "like", "Like"), opinionButton(shown, "dislike", "Dislike"),
        similarButton(image, 1, "More like this", "More like"), similarButton(image, -1, "Less like this", "Less like")),
      similar,
      facts(image),
    ),
  );
  if (!dialog.open) dialog.showModal();
  // Without similar products the dialog is still useful.
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
  node.append(el("h3", { text: "Most similar" }), el("div", { class: "strip" }, ...thumbs));
}

function facts(image) {
  const rows = {
    Match: MATCHES[image.match],
    "In this place": PLACEMENTS[image.placed_by],
    Score: image.score?.toFixed(4),
    Similarity: image.similarity?.toFixed(4),
    Why: image.explanation?.sentence,
    Brand: image.brand,
    Category: image.category,
    "In the photo": seenIn(image),
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

/** What the photo shows for sure and the shop does not state; the API filters by it. */
function seenIn({ category, colour, attributes, seen }) {
  if (!seen) return "";
  const stated = { kind: category, colour, pattern: attributes?.pattern };
  const names = ["colour", "pattern", "kind"].filter((name) => seen[name].is_sure && !stated[name]);
  return names.map((name) => seen[name].value).join(" ");
}

function attributes(given) {
  const texts = Object.entries(given ?? {}).map(([name, value]) =>
    [sentence(name), typeof value === "string" ? value : JSON.stringify(value)]);
  return Object.fromEntries(texts);
}
