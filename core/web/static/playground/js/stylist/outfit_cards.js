// Outfit cards: collage, pieces, reasons, and the shopper's opinion.

import { el } from "../dom.js";
import { priceOf } from "../product.js";
import { nameLink, nameOf, WARDROBE_LABEL } from "./items.js";
import { opinionButtons } from "./opinions.js";
import { partRows, points } from "./score_parts.js";

const MAX_REASONS = 2;
const list = new Intl.ListFormat("en", { type: "conjunction" });

export function outfitCard({ id, score, parts, pieces, picture_url: src }) {
  const name = `the outfit of ${list.format(pieces.map(nameOf))}`;
  const strongest = [...parts].sort((one, other) => other.points - one.points).slice(0, MAX_REASONS);
  return el("li", { class: "look-card", dataset: { outfit: id } },
    el("div", { class: "tile collage" }, el("img", {
      src, alt: `Picture of ${name}`, width: 800, height: 1000, loading: "lazy", decoding: "async", class: "fits",
      on: { error: ({ target }) => target.parentElement.classList.add("is-lost") },
    })),
    el("div", { class: "look-text" },
      el("p", { class: "look-score" }, el("b", { text: Math.round(100 * score) }), " of 100"),
      el("ul", { class: "pieces", "aria-label": "Pieces" }, ...pieces.map(pieceRow)),
      el("p", { class: "reasons", text: strongest.map(({ sentence }) => sentence).join(" ") }),
      ...opinionButtons(id, name),
      el("details", { class: "parts" },
        el("summary", { text: "Every part of the score", "aria-label": `Every part of the score of ${name}` }),
        el("ul", {}, ...partRows(parts)),
        el("p", { class: "part sum" }, el("span", { class: "title", text: "Total" }), el("span", { class: "points", text: points(score) })))));
}

function pieceRow(piece) {
  const { photo_url: src, source, is_gone: isGone, link } = piece;
  const whose = source === "wardrobe" ? WARDROBE_LABEL : priceOf(piece);
  return el("li", { class: "piece" },
    src ? el("img", { src, alt: "", loading: "lazy", decoding: "async" }) : el("span", { class: "no-photo", "aria-hidden": "true" }),
    el("span", { class: "piece-name" }, nameLink(nameOf(piece), link)),
    el("small", { text: isGone ? "No longer there" : whose }));
}
