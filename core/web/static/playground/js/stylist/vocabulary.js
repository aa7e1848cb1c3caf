// The values of all tags, including the shop's own types.

import { get } from "../api.js";
import { el, sentence } from "../dom.js";

export const TAGS = ["type", "primary_colour", "secondary_colour", "pattern", "style", "season", "formality"];
export const NO_COLOUR = "none";
const ALL_YEAR = "all year";
const LISTS = { primary_colour: "colours", secondary_colour: "colours", pattern: "patterns", style: "styles", season: "seasons", formality: "formality" };

let words = {};

/** Load the vocabulary. Throws `Problem`. */
export async function loadVocabulary() {
  words = await get("stylist/vocabulary/");
}

/** Make the options of a tag: the garment's likely values first, then all others. */
export function choices(tag, likely) {
  const rest = groupsOf(tag).map(([label, values]) => [label, values.filter((value) => !likely.includes(value))]);
  const groups = likely.length ? [["Likely", likely], ...rest] : rest;
  return groups.map(([label, values]) => el("optgroup", { label }, ...values.map(option)));
}

function groupsOf(tag) {
  if (tag === "type") {
    const slots = Map.groupBy(words.types, ({ slot }) => slot);
    return [...slots].map(([slot, types]) => [sentence(slot), types.map(({ name }) => name)]);
  }
  const none = tag === "secondary_colour" ? [NO_COLOUR] : [];
  return [["All", [...none, ...words[LISTS[tag]]]]];
}

/** Return the options of outfits with their values in a request; formality is a number from 0 to 1 in even steps. */
export const outfitOptions = () => ({
  occasion: words.occasions.map((name) => [name, name]),
  season: words.seasons.filter((name) => name !== ALL_YEAR).map((name) => [name, name]),
  formality: words.formality.map((name, place, { length }) => [String(place / (length - 1)), name]),
});

const option = (value) => el("option", { value, text: sentence(value) });
