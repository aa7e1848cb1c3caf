// Show how the texts of a query were understood, where that is not obvious.

import { byId, el } from "./dom.js";

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });

// Looks only describe; these narrow the answer.
const NARROWING = {
  price: "Price", size: "Size", reduced: "Reduced", new: "Newest first", brand: "Brand", person: "For", excluded: "Not",
};

/**
 * Show the English text that was searched for, corrected words, limits that the words name, synonyms, and unknown words.
 * `ask(text, isLiteral)` searches for another text, or for this one as it is written.
 */
export function showUnderstanding({ understood }, prompt, ask) {
  const parts = understood ? [
    translation(understood),
    ...corrections(understood.corrections ?? [], prompt, ask),
    ...(understood.chips ?? []).map((chip) => narrowing(chip, ask)),
    synonyms(understood.synonyms),
    unknown(understood.unknown_words),
    ...(understood.nearest ?? []).map((near) => offer(near, prompt, ask)),
  ].filter(Boolean) : [];
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

function corrections(found, prompt, ask) {
  if (!found.length) return [];
  const words = found.map(({ corrected }) => corrected).join(", ");
  const said = el("span", {}, "Searched for ", el("q", { text: words }));
  if (!prompt) return [said]; // several texts, none of which could be searched for alone
  const literal = el("button", { type: "button", class: "quiet", text: `Search for “${prompt}” instead` });
  literal.addEventListener("click", () => ask(prompt, true));
  return [said, literal];
}

/** Return a chip that searches without what it says. */
function narrowing({ kind, value, without, is_applied: isApplied }, ask) {
  if (!(kind in NARROWING)) return null;
  const text = [NARROWING[kind], value, isApplied ? "" : "(not applied)"].filter(Boolean).join(" ");
  if (!without) return el("span", { class: "narrowing", text });
  const chip = el("button", { type: "button", class: "narrowing", text, title: `Search for “${without}”` });
  chip.addEventListener("click", () => ask(without, false));
  return chip;
}

function synonyms(uses) {
  if (!uses.length) return null;
  const texts = uses.map(({ phrase, meanings }) => `${meanings.join(", ")} for “${phrase}”`);
  return el("span", {}, "Your shop’s synonyms: ", el("em", { text: texts.join("; ") }));
}

/** Return a button that searches for the known word that an unknown one is spelt like. */
function offer({ written, corrected }, prompt, ask) {
  if (!prompt?.includes(written)) return null;
  const text = prompt.replace(written, corrected);
  const button = el("button", { type: "button", class: "quiet", text: `Did you mean “${text}”?` });
  button.addEventListener("click", () => ask(text, false));
  return button;
}

function unknown(words) {
  if (!words.length) return null;
  return el("span", {}, "Not known to the encoder: ", el("em", { text: words.join(", ") }));
}
