// What the typed text may become, in the list of the field.

import { get } from "./api.js";
import { byId, el } from "./dom.js";
import { currentKey } from "./key.js";
import { queryShopper } from "./shopper.js";

const DEBOUNCE_MS = 150;
const MAX_LENGTH = 100;

let timer = 0;
let running;

export function setUpSuggestions() {
  byId("prompt").addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(suggest, DEBOUNCE_MS);
  });
}

/** Fill the list; without an answer it stays empty, and the search itself shows what is wrong. */
async function suggest() {
  running?.abort();
  running = new AbortController();
  const text = byId("prompt").value.trim();
  let texts = [];
  if (text && text.length <= MAX_LENGTH && currentKey()) {
    const shopper = queryShopper();
    const query = new URLSearchParams({ q: text, ...(shopper && { shopper }) });
    const answer = await get(`suggestions/?${query}`, { signal: running.signal }).catch(() => null);
    if (!answer) return;
    texts = [...answer.prompts.map((prompt) => prompt.text),
      ...[...answer.categories, ...answer.brands, ...answer.products].map(({ name }) => name)];
  }
  byId("suggestions").replaceChildren(...[...new Set(texts)].map((value) => el("option", { value })));
}
