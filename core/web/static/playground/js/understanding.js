// Show how the texts of a query were understood, where that is not obvious.

import { byId, el } from "./dom.js";

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });

/** Show the English text that was searched for, and the words that the encoder does not know. */
export function showUnderstanding({ understood }) {
  const parts = understood ? [translation(understood), unknown(understood.unknown_words)].filter(Boolean) : [];
  byId("understood").hidden = !parts.length;
  byId("understood").replaceChildren(...parts);
}

export function hideUnderstanding() {
  byId("understood").hidden = true;
}

function translation({ language, searched_for: text }) {
  if (!language || language === "en") return null;
  return el("span", {}, `From ${LANGUAGES.of(language)}: searched for `, el("q", { lang: "en", text }));
}

function unknown(words) {
  if (!words.length) return null;
  return el("span", {}, "Not known to the encoder: ", el("em", { text: words.join(", ") }));
}
