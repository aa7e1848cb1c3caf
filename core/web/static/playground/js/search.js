// Run searches: on a submitted text, a changed chip, filter or photo, or the page's address.

import { showTimings } from "./timings.js";
import { post } from "./api.js";
import { showChips } from "./chips.js";
import { showCurl, showJson } from "./curl.js";
import { byId } from "./dom.js";
import { currentKey, showKeyPanel } from "./key.js";
import { showNotice } from "./notices.js";
import { showPhotoQuery } from "./photo_query.js";
import { checkForm, clearFilters, hasQuestion, readBody, loadForm, saveForm, showActiveFilters } from "./query.js";
import { showRelated } from "./related.js";
import { showResults } from "./results.js";
import { loadNewest } from "./shop.js";
import { queryShopper } from "./shopper.js";
import { showUnderstanding } from "./understanding.js";
import { showVerdict } from "./verdict.js";
import { fileOf, termFrom, titleOf, addPart, queryParts, setParts } from "./query_parts.js";

const DEBOUNCE_MS = 250;
const FILTERS_ALONE = "What passes the filters";

let currentTitle = "";
let timer = 0;

/** Search for the current query; text in the field is added to it first. */
export function search() {
  window.clearTimeout(timer);
  if (!currentKey()) return showKeyPanel();
  const term = termFrom(byId("prompt").value);
  if (term.text && !addPart(term)) return showFullNotice();
  byId("prompt").value = "";
  show();
  if (!checkForm()) return undefined;
  const title = titleOf(queryParts()) || FILTERS_ALONE;
  saveForm(title !== currentTitle);
  currentTitle = title;
  return send(title, readBody(queryShopper()), fileOf(queryParts()));
}

/** Search for this part only. */
export function searchOnly(part) {
  setParts(part);
  search();
  byId("results").scrollIntoView({ block: "nearest" });
}

/** Add a part to the query and search. */
export function addAndSearch(part) {
  if (addPart(part)) search();
  else showFullNotice();
}

/** Search again after a short delay; changes within the delay cause one search. */
export function searchSoon() {
  window.clearTimeout(timer);
  show();
  if (hasQuestion()) timer = window.setTimeout(search, DEBOUNCE_MS);
  else if (currentTitle) showNewest();
}

/** Clear the query and the filters, and show the newest images. */
export function startOver() {
  setParts();
  clearFilters();
  showNewest();
}

function showNewest() {
  saveForm(true);
  browse();
}

/** Restore the query from the address, after a reload or "back". */
export async function resume() {
  return await loadForm() ? search() : browse();
}

function browse() {
  currentTitle = "";
  show();
  return showResults("Newest in your shop", loadNewest, ({ request, results }) => {
    showCurl(request);
    if (!results.length) {
      showNotice({ title: "This shop is empty", text: "Add a first photo below, then search for it." });
    }
  }, browse);
}

function show() {
  showChips(searchSoon);
  showPhotoQuery();
  showActiveFilters(searchSoon);
}

function send(title, body, file) {
  showCurl({ path: "recommendations/", body, file });
  const started = performance.now();
  return showResults(title, (signal) => post("recommendations/", file ? formOf(body, file) : body, { signal }), (answer) => {
    showTimings(answer, performance.now() - started);
    showUnderstanding(answer, body.prompt ?? "", (text, isLiteral) => searchOnly({ ...termFrom(text), isLiteral }));
    showRelated(answer, (text) => searchOnly(termFrom(text)));
    showJson(answer);
    showVerdict(answer, title, body.min_match, searchSoon);
  }, search);
}

function formOf(body, file) {
  const form = new FormData();
  form.append("photo", file);
  form.append("query", JSON.stringify(body));
  return form;
}

function showFullNotice() {
  showNotice({ title: "The query is full", text: "A query can have 10 texts, 20 products and a photo. Remove one first." });
}
