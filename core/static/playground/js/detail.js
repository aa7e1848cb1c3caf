// One product, looked at closely.

import { byId, el, sentence } from "./dom.js";
import { MATCHES, photo, priceOf } from "./product.js";

export function showDetail(image) {
  const dialog = byId("detail");
  const close = el("button", { type: "button", class: "shut", "aria-label": "Close", on: { click: () => dialog.close() } });
  dialog.firstElementChild.replaceChildren(
    close,
    el("div", { class: "tile" }, photo(image)),
    el("div", { class: "detail-text" },
      el("h2", { id: "detail-name", text: image.name }),
      image.price != null && el("p", { class: "price", text: priceOf(image) }),
      image.description && el("p", { text: image.description }),
      facts(image),
    ),
  );
  dialog.showModal();
}

export function setUpDetail() {
  const dialog = byId("detail");
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

function facts(image) {
  const rows = {
    Match: MATCHES[image.match],
    Score: image.score?.toFixed(4),
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
