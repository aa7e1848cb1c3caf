// The playground: one question at a time, asked through the public API.

import { hideAccount, showAccount } from "./account.js";
import { post, Problem } from "./api.js";
import { card, skeletons } from "./cards.js";
import { setUpCurl, showCurl, showJson } from "./curl.js";
import { setUpDetail } from "./detail.js";
import { announce, byId, count, el } from "./dom.js";
import { loadFacets } from "./facets.js";
import { currentKey, setUpKey, showKeyPanel } from "./key.js";
import { clearNotice, showNotice, showProblem } from "./notices.js";
import { checkForm, hasFilters, isAsking, readBody, recall, remember, showChosen } from "./query.js";
import { newest, watchShop } from "./shop.js";
import { setUpUpload } from "./upload.js";
import { judge } from "./verdict.js";

const EXAMPLES = ["red dress", "navy blazer", "white sneakers", "yellow skirt", "blue jeans", "beige jumper"];
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
    if (!(problem instanceof Problem)) throw problem;
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
    judge(answer.results, body, ask);
  }, ask);
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
  if (asked) {
    settling = window.setTimeout(ask, SETTLE);
    return;
  }
  const note = hasFilters() ? "Filters apply to what you ask next" : "";
  byId("tally").textContent = note;
  announce(note);
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
