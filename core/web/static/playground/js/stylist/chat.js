// Send messages to the stylist and show the streamed answers.

import { follow, post, Problem } from "../api.js";
import { byId } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { clearLog, logItems, logOutfits, logText } from "./screen_reader.js";
import { answerNode, shopperNode, sourceText } from "./messages.js";
import { addToThread, takeFromThread } from "./thread.js";

const PLACE = "talk-notice";
const JSON_BODY = { "Content-Type": "application/json" };

let conversation = null;
let latestSwitch = null;
let loading = Promise.resolve();
let controller = null;
let notifyAnswer = () => {};

export const currentConversation = () => conversation;

/** Set up the form; `onAnswer` is called after each answer. */
export function setUpChat(onAnswer) {
  notifyAnswer = onAnswer;
  byId("say").addEventListener("submit", (event) => {
    event.preventDefault();
    submitText();
  });
  byId("words").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("say").requestSubmit();
  });
  byId("stop").addEventListener("click", stop);
}

/** Switch to the conversation that `find` returns and show it; a running answer is stopped. */
export function switchConversation(find, show) {
  stop();
  conversation = null;
  clearNotice(PLACE);
  const latest = (latestSwitch = {});
  loading = find().then((found) => {
    if (latestSwitch !== latest) return;
    conversation = found.id;
    show(found);
  });
  return loading;
}

export function sendMessage(text) {
  byId("words").value = text;
  submitText();
}

function stop() {
  controller?.abort();
}

function submitText() {
  const text = byId("words").value.trim();
  if (!currentKey()) showKeyPanel();
  // While an answer is running, the text stays in the field.
  else if (text && !controller) send(text);
}

async function send(text) {
  const { signal } = (controller = new AbortController());
  // Earlier messages come first; the caller that loads them reports errors.
  await loading.catch(() => {});
  if (signal.aborted) {
    controller = null;
    return;
  }
  const question = shopperNode(text);
  const answer = answerNode();
  byId("words").value = "";
  clearNotice(PLACE);
  clearLog();
  answer.showSource("…");
  const scrollToAnswer = addToThread(question, answer.node);
  showBusy(true);
  try {
    conversation ??= await begin(signal);
    await readAnswer(text, answer, scrollToAnswer, signal);
  } catch (problem) {
    if (problem.name === "AbortError") answer.showSource("Stopped.");
    else if (!(problem instanceof Problem)) throw problem;
    else {
      restoreText(text);
      if (answer.isEmpty) takeFromThread(question, answer.node);
      else answer.showSource("Interrupted.");
      explain(problem);
    }
  } finally {
    controller = null;
    showBusy(false);
  }
  notifyAnswer();
}

async function begin(signal) {
  const { id } = await post(`${addressOfShopper()}conversations/`, {}, { signal });
  return id;
}

async function readAnswer(text, answer, scrollToAnswer, signal) {
  const body = JSON.stringify({ text });
  for await (const { name, data } of follow("POST", `conversations/${conversation}/messages/`, { body, extra: JSON_BODY, signal })) {
    if (name === "failed") throw new Problem({ ...data.problem, status: 500 });
    if (name === "done") return answer.showSource(sourceText(data));
    if (name === "words") { answer.addWords(data.text); logText(data.text); }
    if (name === "items") { answer.addItems(data.items); logItems(data); }
    if (name === "outfits") { answer.addOutfits(data.outfits); logOutfits(data); }
    scrollToAnswer();
  }
  throw new Problem({ detail: "The connection closed before the answer was complete." });
}

/** Put an unsent text back into the field, before anything written since. */
function restoreText(text) {
  byId("words").value = [text, byId("words").value].filter(Boolean).join("\n");
}

function explain(problem) {
  if (problem.status !== 404) return showProblem(problem, submitText, PLACE);
  conversation = null;
  return showNotice({ kind: "error", place: PLACE, title: "This conversation has been deleted", text: "Send the message again to begin a new one." });
}

function showBusy(isBusy) {
  const hadFocus = [byId("send"), byId("stop")].includes(document.activeElement);
  byId("send").hidden = isBusy;
  byId("stop").hidden = !isBusy;
  if (hadFocus) (isBusy ? byId("stop") : byId("words")).focus();
}
