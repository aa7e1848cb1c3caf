// What is said to the stylist, and the answer as it is told: sent, followed, stopped.

import { follow, post, Problem } from "../api.js";
import { byId } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { beginAloud, itemsAloud, outfitsAloud, wordsAloud } from "./screen_reader.js";
import { growingAnswer, heardNode, sayWho } from "./messages.js";
import { addToThread, takeFromThread } from "./thread.js";

const PLACE = "talk-notice";
const JSON_BODY = { "Content-Type": "application/json" };

let conversation = null;
let opening = null;
let opened = Promise.resolve();
let running = null;
let answered = () => {};

export const currentConversation = () => conversation;

/** Wire the form; `onAnswer` is called after each answer. */
export function setUpTalking(onAnswer) {
  answered = onAnswer;
  byId("say").addEventListener("submit", (event) => {
    event.preventDefault();
    sayWhatIsWritten();
  });
  byId("words").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("say").requestSubmit();
  });
  byId("stop").addEventListener("click", stop);
}

/** Go on with the conversation that is found, shown before anything more is said; an answer under way is left. */
export function talkIn(find, show) {
  stop();
  conversation = null;
  clearNotice(PLACE);
  const latest = (opening = {});
  opened = find().then((found) => {
    if (opening !== latest) return;
    conversation = found.id;
    show(found);
  });
  return opened;
}

export function say(text) {
  byId("words").value = text;
  sayWhatIsWritten();
}

function stop() {
  running?.abort();
}

function sayWhatIsWritten() {
  const text = byId("words").value.trim();
  if (!currentKey()) showKeyPanel();
  // Until the answer ends, what is written waits in the field.
  else if (text && !running) send(text);
}

async function send(text) {
  const { signal } = (running = new AbortController());
  // What was said before stands above; where it cannot be read, whoever opened it says so.
  await opened.catch(() => {});
  if (signal.aborted) {
    running = null;
    return;
  }
  const heard = heardNode(text);
  const answer = growingAnswer();
  byId("words").value = "";
  clearNotice(PLACE);
  beginAloud();
  answer.tellWho("…");
  const keepInSight = addToThread(heard, answer.node);
  showBusy(true);
  try {
    conversation ??= await begin(signal);
    await tell(text, answer, keepInSight, signal);
  } catch (problem) {
    if (problem.name === "AbortError") answer.tellWho("Stopped.");
    else if (!(problem instanceof Problem)) throw problem;
    else {
      giveBack(text);
      if (answer.isEmpty) takeFromThread(heard, answer.node);
      else answer.tellWho("It broke off.");
      explain(problem);
    }
  } finally {
    running = null;
    showBusy(false);
  }
  answered();
}

async function begin(signal) {
  const { id } = await post(`${addressOfShopper()}conversations/`, {}, { signal });
  return id;
}

async function tell(text, answer, keepInSight, signal) {
  const body = JSON.stringify({ text });
  for await (const { name, data } of follow("POST", `conversations/${conversation}/messages/`, { body, extra: JSON_BODY, signal })) {
    if (name === "failed") throw new Problem({ ...data.problem, status: 500 });
    if (name === "done") return answer.tellWho(sayWho(data));
    if (name === "words") { answer.addWords(data.text); wordsAloud(data.text); }
    if (name === "items") { answer.addItems(data.items); itemsAloud(data); }
    if (name === "outfits") { answer.addOutfits(data.outfits); outfitsAloud(data); }
    keepInSight();
  }
  throw new Problem({ detail: "The answer broke off before its end." });
}

/** Put what could not be said back into the field, before whatever was written since. */
function giveBack(text) {
  byId("words").value = [text, byId("words").value].filter(Boolean).join("\n");
}

function explain(problem) {
  if (problem.status !== 404) return showProblem(problem, sayWhatIsWritten, PLACE);
  conversation = null;
  return showNotice({ kind: "error", place: PLACE, title: "This conversation has been forgotten", text: "Send it again, and a new one begins." });
}

function showBusy(isBusy) {
  const hadFocus = [byId("send"), byId("stop")].includes(document.activeElement);
  byId("send").hidden = isBusy;
  byId("stop").hidden = !isBusy;
  if (hadFocus) (isBusy ? byId("stop") : byId("words")).focus();
}
