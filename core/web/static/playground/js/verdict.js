// Message about how well the results match, and what to do about a poor match.

import { announce, byId, count } from "./dom.js";
import { action, showNotice } from "./notices.js";
import { MATCHES } from "./product.js";
import { clearFilters, hasFilters } from "./query.js";
import { counts } from "./shop.js";

/** Announce how well the results match; a poor match is also shown above them. */
export function showVerdict(results, title, minMatch, again) {
  const best = results[0]?.match;
  announce(results.length
    ? `${count(results.length, "result")} for ${title}. ${best ? `Best: ${MATCHES[best].toLowerCase()}.` : ""}`
    : `No good match for ${title}.`);
  if (!results.length) showEmpty(minMatch, again);
  else if (best === "none") {
    showNotice({ title: "No good match", text: "Nothing in the shop fits this well. These are the closest." });
  }
}

function showEmpty(minMatch, again) {
  const loosen = () => { byId("ask").elements.min_match.value = "none"; again(); };
  showNotice({
    title: "No good match",
    text: emptyReason(),
    actions: [
      hasFilters() && action("Clear the filters", () => { clearFilters(); again(); }),
      minMatch && action("Show the closest", loosen),
    ].filter(Boolean),
  });
}

function emptyReason() {
  const { indexed, pending } = counts;
  const waiting = pending ? `Still waiting for the encoder: ${count(pending, "photo")}. Search again in a moment.` : "";
  if (indexed) return `Nothing in the shop fits this and the filters. Try other words or fewer filters. ${waiting}`;
  return waiting || "The shop has no photos yet. Add one below.";
}
