// Set up the playground page.

import { search, searchSoon, searchOnly, addAndSearch, resume, startOver } from "./search.js";
import { setUpCurl } from "./curl.js";
import { closeDetail, setUpDetail, showDetail } from "./product_dialog.js";
import { byId, el } from "./dom.js";
import { acceptDrops } from "./drops.js";
import { eventAbout, sendEvent } from "./events.js";
import { loadFacets } from "./facets.js";
import { loadFeed, setUpFeed } from "./feed.js";
import { currentKey, setUpKey } from "./key.js";
import { showNotice, showProblem } from "./notices.js";
import { photoPart, setUpPhotoQuery } from "./photo_query.js";
import { hasQuery, loadOptions, showDiversity } from "./query.js";
import { loadOpinions, saveReaction } from "./reactions.js";
import { setUpExplanations } from "./results.js";
import { watchShop } from "./shop.js";
import { setUpShopper } from "./shopper_panel.js";
import { setUpSuggestions } from "./suggestions.js";
import { offerUpload, setUpUpload } from "./upload.js";
import { imagePart, termFrom } from "./query_parts.js";

const EXAMPLES = ["red dress", "navy blazer", "white sneakers", "yellow skirt", "blue jeans", "beige jumper"];

async function start() {
  if (!currentKey()) {
    byId("results-title").textContent = "Your shop";
    return showNotice({ title: "Enter an API key to begin", text: "This page calls the API with your shop’s key." });
  }
  watchShop().catch(() => {});
  // If these fail, so does the search, which then shows the error.
  const known = Promise.allSettled([loadFacets(), loadOptions(), loadOpinions()]);
  loadFeed();
  if (hasQuery()) await known;
  return resume();
}

const searchFor = (text) => searchOnly(termFrom(text));
const searchWith = (file) => {
  addAndSearch(photoPart(file));
  byId("region").scrollIntoView({ block: "nearest" });
};

/** A file dropped on the upload panel goes into the shop, anywhere else into the query. */
const dropTarget = (event) => (event.target.closest?.("#add-panel") ? "shop" : "query");

function setUpField() {
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    // Close a phone's keyboard, which would hide the results.
    if (window.matchMedia("(pointer: coarse)").matches) document.activeElement.blur();
    search();
  });
  byId("start-over").addEventListener("click", () => {
    startOver();
    byId("prompt").focus();
  });
  byId("examples").append(...EXAMPLES.map((text) =>
    el("li", {}, el("button", { type: "button", text, on: { click: () => searchFor(text) } }))));
}

function setUpFilters() {
  byId("facets").addEventListener("change", searchSoon);
  byId("diversity").addEventListener("input", showDiversity);
  byId("fold").addEventListener("click", () => {
    byId("filters").open = false;
    byId("results").focus();
  });
}

/** Handle the events of product cards anywhere on the page. */
function setUpProducts() {
  document.addEventListener("look", ({ detail }) => {
    showDetail(detail);
    sendEvent(eventAbout("click", detail)).then(loadFeed).catch(() => {});
  });
  document.addEventListener("opinion", ({ detail }) => saveOpinion(detail));
  document.addEventListener("wish", ({ detail: { image, weight } }) => {
    closeDetail();
    addAndSearch(imagePart(image, weight));
  });
}

async function saveOpinion(opinion) {
  if (opinion.kind === "dislike") closeDetail();
  try {
    await saveReaction(opinion);
    loadFeed();
  } catch (problem) {
    showProblem(problem, () => saveOpinion(opinion));
  }
}

/** Load the opinions and feed of another shopper, and search again. */
function changeShopper() {
  loadOpinions().catch(() => {});
  loadFeed();
  searchSoon();
}

setUpField();
setUpSuggestions();
setUpFilters();
setUpProducts();
setUpExplanations();
setUpPhotoQuery(searchWith, searchSoon);
setUpCurl();
setUpDetail();
setUpFeed();
setUpShopper(changeShopper);
setUpUpload(searchFor);
acceptDrops((files, target) => (target === "shop" ? offerUpload(files) : searchWith(files[0])), dropTarget);
window.addEventListener("popstate", resume);
setUpKey(start);
start();
