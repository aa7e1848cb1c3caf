// Message about how well the results match, and what to do about a poor match.

import { announce, byId, count } from "./dom.js";
import { action, showNotice } from "./notices.js";
import { MATCHES } from "./product.js";
import { clearFilters, hasFilters } from "./query.js";
import { counts } from "./shop.js";

const FILTERED = "Nothing in the shop fits this and the filters. Try other words or fewer filters.";
const UNFILTERED = "Nothing in the shop fits this well. Try other words.";
const ALTERNATIVES = {
  nearest: "Below is the nearest that the shop has.",
  popular: "This does not sound like clothing. Below is what is popular or new.",
};

/** Announce how well the results match; a poor match is also shown above them. */
export function showVerdict({ results, alternatives }, title, minMatch, again) {
  const best = results[0]?.match;
  announce(results.length
    ? `${count(results.length, "result")} for ${title}. ${best ? `Best: ${MATCHES[best].toLowerCase()}.` : ""}`
    : `No good match for ${title}.`);
  if (!results.length) showEmpty(alternatives, minMatch, again);
  else if (best === "none") {
    showNotice({ title: "No good match", text: "Nothing in the shop fits this well. These are the closest." });
  }
}

function showEmpty(alternatives, minMatch, again) {
  const loosen = () => { byId("ask").elements.min_match.value = minMatch === "strong" ? "weak" : "none"; again(); };
  showNotice({
    title: "No good match",
    text: [emptyReason(), ALTERNATIVES[alternatives?.reason]].filter(Boolean).join(" "),
    actions: [
      hasFilters() && action("Clear the filters", () => { clearFilters(); again(); }),
      minMatch !== "none" && action(minMatch === "strong" ? "Show weaker matches" : "Show everything", loosen),
    ].filter(Boolean),
  });
}

function emptyReason() {
  const { indexed, pending } = counts;
  const waiting = pending ? `Still waiting for the encoder: ${count(pending, "photo")}. Search again in a moment.` : "";
  if (indexed) return `${hasFilters() ? FILTERED : UNFILTERED} ${waiting}`;
  return waiting || "The shop has no photos yet. Add one below.";
}
