// Prompts that other shoppers of the shop asked, as buttons below the results.

import { byId, el } from "./dom.js";

/** Show the related searches of an answer; `onChoose` gets the text of the chosen one. */
export function showRelated({ related_searches: texts }, onChoose) {
  byId("related").hidden = !texts?.length;
  byId("related-searches").replaceChildren(...(texts ?? []).map((text) =>
    el("li", {}, el("button", { type: "button", text, on: { click: () => onChoose(text) } }))));
}

export function hideRelated() {
  byId("related").hidden = true;
}
