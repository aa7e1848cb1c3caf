// Reports as tables: prompts with a link to the search, images, and figures by day.

import { byId, el } from "../dom.js";
import { formatCount, formatShare, formatTime } from "./figures.js";

export const PROMPT = ["Prompt", ({ prompt }) => (prompt ? searchLink(prompt) : "Photos or products, without words")];
const IMAGE = ["Image", ({ name }) => name];
const count = (name) => (row) => formatCount(row[name]);
const share = (name) => (row) => formatShare(row[name]);
const time = (name) => (row) => formatTime(row[name]);

const TABLES = {
  "top-prompts": ["prompts", [PROMPT, ["Searches", count("asked")], ["No match", share("no_match_rate")], ["Clicked", share("click_through_rate")]]],
  "lost-prompts": ["lost", [PROMPT, ["Searches", count("asked")], ["No match", count("no_match")]]],
  "buying-list": ["wants", [
    ["Wanted", ({ prompt, prompts }) => el("span", { title: prompts.join("\n") }, searchLink(prompt), prompts.length > 1 ? ` and ${prompts.length - 1} more` : "")],
    ["Colours", ({ colours }) => colours.slice(0, 3).join(", ") || "–"], ["Searches", count("asked")], ["Without a click", count("lost")],
  ]],
  "best-images": ["best", [IMAGE, ["Popularity", share("popularity")], ["Clicks", count("clicks")], ["Carts", count("add_to_carts")]]],
  "worst-images": ["worst", [IMAGE, ["Shown", count("impressions")], ["Clicks", count("clicks")]]],
  days: ["days", [
    ["Day", ({ day }) => day], ["Searches", count("searches")], ["Similar", count("similars")], ["Feeds", count("feeds")],
    ["No match", share("no_match_rate")], ["Click-through", share("click_through_rate")], ["Add to cart", share("add_to_cart_rate")],
    ["Coverage", share("coverage")], ["Median", time("latency_median_ms")], ["95 in 100", time("latency_p95_ms")],
    ["Clicks", count("clicks")], ["Likes", count("likes")], ["Dislikes", count("dislikes")], ["Carts", count("add_to_carts")], ["Purchases", count("purchases")],
  ]],
};

/** Make a link that repeats a search. */
function searchLink(prompt) {
  return el("a", { href: `/#${new URLSearchParams({ term: `1:${prompt}` })}`, text: prompt });
}

export function showTables(reports) {
  for (const [id, [report, columns]] of Object.entries(TABLES)) {
    byId(id).replaceChildren(...table(columns, reports[report].results, "No rows in this period."));
  }
}

/** Return a table's head and body; a column has a title and the cell's content of a row. */
export function table(columns, rows, nothingText) {
  const head = el("tr", {}, ...columns.map(([title]) => el("th", { scope: "col", text: title })));
  const body = rows.map((row) => el("tr", {}, ...columns.map(([, format], place) =>
    el(place ? "td" : "th", place ? {} : { scope: "row" }, format(row)))));
  const nothing = el("tr", {}, el("td", { colspan: columns.length, text: nothingText }));
  return [el("thead", {}, head), el("tbody", {}, ...(body.length ? body : [nothing]))];
}
