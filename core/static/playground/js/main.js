// The playground: one question at a time, asked through the public API.

import { hideAccount, showAccount } from "./account.js";
import { post } from "./api.js";
import { card, skeletons } from "./cards.js";
import { setUpCurl, showCurl, showJson } from "./curl.js";
import { setUpDetail } from "./detail.js";
import { announce, byId, count, el } from "./dom.js";
import { loadFacets } from "./facets.js";
import { currentKey, setUpKey, showKeyPanel } from "./key.js";
import { action, clearNotice, showNotice, showProblem } from "./notices.js";
import { MATCHES } from "./product.js";
import { checkForm, clearFilters, hasFilters, isAsking, readBody, recall, remember, showChosen } from "./query.js";
import { counts, newest, watchShop } from "./shop.js";
import { setUpUpload } from "./upload.js";

const EXAMPLES = ["red floral dress", "navy blazer", "striped T-shirt", "warm knitted jumper", "black ankle boots"];
const SETTLE = 250;

let running = new AbortController();
let asked = "";

/** Run one question; a newer one takes its place. */
async function run(title, question, show, retry) {
  running.abort();
  const { signal } = (running = new AbortController());
  begin(title);
  try {
    const found = await question(signal);
    if (signal.aborted) return;
    clearNotice();
    byId("grid").replaceChildren(...found.results.map(card));
    byId("tally").textContent = found.results.length ? count(found.results.length, "image") : "";
    show(found);
  } catch (problem) {
    if (signal.aborted) return;
    byId("grid").replaceChildren();
    showProblem(problem, retry);
  } finally {
    if (!signal.aborted) byId("results").removeAttribute("aria-busy");
  }
}

function begin(title) {
  byId("results-title").textContent = title;
  byId("tally").textContent = "";
  byId("results").setAttribute("aria-busy", "true");
  hideAccount();
  clearNotice();
  showJson(null);
  byId("grid").replaceChildren(...skeletons(8));
}

function ask() {
  if (!currentKey()) return showKeyPanel();
  if (!checkForm()) return undefined;
  const body = readBody();
  remember(body.prompt !== asked);
  asked = body.prompt;
  showChosen(filtersChanged);
  showCurl({ path: "recommendations/", body });
  const started = performance.now();
  return run(`“${body.prompt}”`, (signal) => post("recommendations/", body, { signal }), (answer) => {
    showAccount(answer, performance.now() - started);
    showJson(answer);
    judge(answer.results, body);
  }, ask);
}

/** Say how good the answer is, aloud and, where it is poor, above the pictures. */
function judge(results, { prompt, min_match: wanted }) {
  const best = results[0]?.match;
  announce(results.length
    ? `${count(results.length, "result")} for ${prompt}. ${best ? `Best: ${MATCHES[best].toLowerCase()}.` : ""}`
    : `No good match for ${prompt}.`);
  if (!results.length) nothingFound(wanted);
  else if (best === "none") {
    showNotice({ title: "No good match", text: "Nothing in the shop fits this well. These come nearest." });
  }
}

function nothingFound(wanted) {
  const loosen = () => { byId("ask").elements.min_match.value = "none"; ask(); };
  showNotice({
    title: "No good match",
    text: whyNothing(),
    actions: [
      hasFilters() && action("Clear the filters", () => { clearFilters(); ask(); }),
      wanted && action("Show what comes nearest", loosen),
    ].filter(Boolean),
  });
}

function whyNothing() {
  const { indexed, pending } = counts;
  const waiting = pending ? `Still waiting for the encoder: ${count(pending, "photo")}. Ask again in a moment.` : "";
  if (indexed) return `Nothing in the shop fits this and the filters. Try other words, or ask for less. ${waiting}`;
  return waiting || "The shop has no photos yet. Put one in below.";
}

function browse() {
  asked = "";
  showChosen(filtersChanged);
  return run("Newest in your shop", newest, ({ request, results }) => {
    showCurl(request);
    if (!results.length) {
      showNotice({ title: "This shop is empty", text: "Put a first photo in below, and ask for it." });
    }
  }, browse);
}

let settling = 0;
function filtersChanged() {
  window.clearTimeout(settling);
  showChosen(filtersChanged);
  if (asked) settling = window.setTimeout(ask, SETTLE);
  else announce("Filters apply to what you ask next.");
}

function askFor(prompt) {
  byId("prompt").value = prompt;
  ask();
  byId("results").scrollIntoView({ block: "nearest" });
}

async function start() {
  if (!currentKey()) {
    byId("results-title").textContent = "Your shop";
    return showNotice({ title: "Give a key to begin", text: "The page asks the API in your shop’s name." });
  }
  watchShop().catch(() => {});
  // What they would say when they fail, the answer says too.
  const facets = loadFacets().catch(() => {});
  if (isAsking()) await facets;
  return resume();
}

/** Do what the address says, after a reload or "back". */
function resume() {
  return recall() ? ask() : browse();
}

const wide = window.matchMedia("(min-width: 62rem)");
const fold = () => { byId("filters").open = wide.matches; };
wide.addEventListener("change", fold);
fold();
byId("fold").addEventListener("click", () => {
  fold();
  byId("results").focus();
});

byId("examples").append(...EXAMPLES.map((text) =>
  el("li", {}, el("button", { type: "button", text, on: { click: () => askFor(text) } }))));
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  // A phone's keyboard would hide the answer.
  if (window.matchMedia("(pointer: coarse)").matches) document.activeElement.blur();
  ask();
});
byId("facets").addEventListener("change", filtersChanged);
window.addEventListener("popstate", resume);
setUpCurl();
setUpDetail();
setUpUpload(askFor);
setUpKey(start);
start();
