// How good an answer is, and what to do about a poor one.

import { announce, byId, count } from "./dom.js";
import { action, showNotice } from "./notices.js";
import { MATCHES } from "./product.js";
import { clearFilters, hasFilters } from "./query.js";
import { counts } from "./shop.js";

/** Say how good the answer is, aloud and, where it is poor, above the pictures. */
export function judge(results, title, least, again) {
  const best = results[0]?.match;
  announce(results.length
    ? `${count(results.length, "result")} for ${title}. ${best ? `Best: ${MATCHES[best].toLowerCase()}.` : ""}`
    : `No good match for ${title}.`);
  if (!results.length) nothingFound(least, again);
  else if (best === "none") {
    showNotice({ title: "No good match", text: "Nothing in the shop fits this well. These come nearest." });
  }
}

function nothingFound(least, again) {
  const loosen = () => { byId("ask").elements.min_match.value = "none"; again(); };
  showNotice({
    title: "No good match",
    text: whyNothing(),
    actions: [
      hasFilters() && action("Clear the filters", () => { clearFilters(); again(); }),
      least && action("Show what comes nearest", loosen),
    ].filter(Boolean),
  });
}

function whyNothing() {
  const { indexed, pending } = counts;
  const waiting = pending ? `Still waiting for the encoder: ${count(pending, "photo")}. Ask again in a moment.` : "";
  if (indexed) return `Nothing in the shop fits this and the filters. Try other words, or ask for less. ${waiting}`;
  return waiting || "The shop has no photos yet. Put one in below.";
}
