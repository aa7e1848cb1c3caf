// What is asked, and when: by a word, a chip, a filter, a photo, or the address.

import { showAccount } from "./timings.js";
import { post } from "./api.js";
import { showChips } from "./chips.js";
import { showCurl, showJson } from "./curl.js";
import { announce, byId } from "./dom.js";
import { currentKey, showKeyPanel } from "./key.js";
import { showNotice } from "./notices.js";
import { showPhotoQuery } from "./photo_query.js";
import { checkForm, hasFilters, readBody, recall, remember, showChosen } from "./query.js";
import { run } from "./results.js";
import { newest } from "./shop.js";
import { askingShopper } from "./shopper.js";
import { judge } from "./verdict.js";
import { fileOf, termFrom, titleOf, want, wanted, wantOnly } from "./query_parts.js";

const SETTLE = 250;

let asked = "";
let settling = 0;

/** Ask for what the page says; what stands in the field becomes part of it. */
export function ask() {
  window.clearTimeout(settling);
  if (!currentKey()) return showKeyPanel();
  const term = termFrom(byId("prompt").value);
  if (term.text && !want(term)) return sayFull();
  byId("prompt").value = "";
  show();
  if (!checkForm()) return undefined;
  const title = titleOf(wanted());
  remember(title !== asked);
  asked = title;
  return send(title, readBody(askingShopper()), fileOf(wanted()));
}

/** Ask for this and nothing else. */
export function askOnly(part) {
  wantOnly(part);
  ask();
  byId("results").scrollIntoView({ block: "nearest" });
}

/** Ask for this too. */
export function askToo(part) {
  if (want(part)) ask();
  else sayFull();
}

/** Ask again, shortly, since something about the question changed; several changes are one question. */
export function askAgain() {
  window.clearTimeout(settling);
  show();
  if (wanted().length) settling = window.setTimeout(ask, SETTLE);
  else if (asked) startOver();
  else {
    const note = hasFilters() ? "Filters apply to what you ask next" : "";
    byId("tally").textContent = note;
    announce(note);
  }
}

/** Forget the question and show what is new. */
export function startOver() {
  wantOnly();
  remember(true);
  browse();
}

/** Do what the address says, after a reload or "back". */
export async function resume() {
  return await recall() ? ask() : browse();
}

function browse() {
  asked = "";
  show();
  return run("Newest in your shop", newest, ({ request, results }) => {
    showCurl(request);
    if (!results.length) {
      showNotice({ title: "This shop is empty", text: "Put a first photo in below, and ask for it." });
    }
  }, browse);
}

function show() {
  showChips(askAgain);
  showPhotoQuery();
  showChosen(askAgain);
}

function send(title, body, file) {
  showCurl({ path: "recommendations/", body, file });
  const started = performance.now();
  return run(title, (signal) => post("recommendations/", file ? formOf(body, file) : body, { signal }), (answer) => {
    showAccount(answer, performance.now() - started);
    showJson(answer);
    judge(answer.results, title, body.min_match, ask);
  }, ask);
}

function formOf(body, file) {
  const form = new FormData();
  form.append("photo", file);
  form.append("query", JSON.stringify(body));
  return form;
}

function sayFull() {
  showNotice({ title: "That is enough", text: "A question has room for 10 terms and 20 products. Take one away first." });
}
