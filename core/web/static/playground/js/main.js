// The playground, wired: what is done on the page, and what happens then.

import { ask, askAgain, askOnly, askToo, resume, startOver } from "./search.js";
import { setUpCurl } from "./curl.js";
import { closeDetail, setUpDetail, showDetail } from "./detail.js";
import { byId, el } from "./dom.js";
import { acceptDrops } from "./drops.js";
import { eventAbout, tell } from "./events.js";
import { loadFacets } from "./facets.js";
import { loadFeed, setUpFeed } from "./feed.js";
import { currentKey, setUpKey } from "./key.js";
import { showNotice, showProblem } from "./notices.js";
import { photoPart, setUpPhotoQuery } from "./photo_query.js";
import { isAsking, loadOptions, showDiversity } from "./query.js";
import { loadOpinions, react } from "./reactions.js";
import { setUpWhys } from "./results.js";
import { watchShop } from "./shop.js";
import { setUpShopper } from "./shopper_panel.js";
import { offerUpload, setUpUpload } from "./upload.js";
import { likeness, termFrom } from "./query_parts.js";

const EXAMPLES = ["red dress", "navy blazer", "white sneakers", "yellow skirt", "blue jeans", "beige jumper"];

async function start() {
  if (!currentKey()) {
    byId("results-title").textContent = "Your shop";
    return showNotice({ title: "Give a key to begin", text: "The page asks the API in your shop’s name." });
  }
  watchShop().catch(() => {});
  // What they would say when they fail, the answer says too.
  const known = Promise.allSettled([loadFacets(), loadOptions(), loadOpinions()]);
  loadFeed();
  if (isAsking()) await known;
  return resume();
}

const askFor = (text) => askOnly(termFrom(text));
const askWith = (file) => {
  askToo(photoPart(file));
  byId("region").scrollIntoView({ block: "nearest" });
};

function setUpField() {
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    // A phone's keyboard would hide the answer.
    if (window.matchMedia("(pointer: coarse)").matches) document.activeElement.blur();
    ask();
  });
  byId("start-over").addEventListener("click", () => {
    startOver();
    byId("prompt").focus();
  });
  byId("examples").append(...EXAMPLES.map((text) =>
    el("li", {}, el("button", { type: "button", text, on: { click: () => askFor(text) } }))));
}

function setUpFilters() {
  byId("facets").addEventListener("change", askAgain);
  byId("diversity").addEventListener("input", showDiversity);
  byId("fold").addEventListener("click", () => {
    byId("filters").open = false;
    byId("results").focus();
  });
}

/** What is done with a product anywhere on the page. */
function setUpProducts() {
  document.addEventListener("look", ({ detail }) => {
    showDetail(detail);
    tell(eventAbout("click", detail)).then(loadFeed).catch(() => {});
  });
  document.addEventListener("opinion", ({ detail }) => think(detail));
  document.addEventListener("wish", ({ detail: { image, weight } }) => {
    closeDetail();
    askToo(likeness(image, weight));
  });
}

async function think(opinion) {
  if (opinion.kind === "dislike") closeDetail();
  try {
    await react(opinion);
    loadFeed();
  } catch (problem) {
    showProblem(problem, () => think(opinion));
  }
}

/** Another shopper is another history: begin with it, and ask as them. */
function changeShopper() {
  loadOpinions().catch(() => {});
  loadFeed();
  askAgain();
}

setUpField();
setUpFilters();
setUpProducts();
setUpWhys();
setUpPhotoQuery(askWith, askAgain);
setUpCurl();
setUpDetail();
setUpFeed();
setUpShopper(changeShopper);
setUpUpload(askFor);
acceptDrops(askWith, offerUpload);
window.addEventListener("popstate", resume);
setUpKey(start);
start();
