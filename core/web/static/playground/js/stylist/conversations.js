// The list of a shopper's conversations: continue, open or delete one.

import { get, Problem, remove } from "../api.js";
import { announce, byId, el } from "../dom.js";
import { showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { confirmButton } from "./confirmation.js";
import { currentConversation, switchConversation } from "./chat.js";
import { showEarlier, showThread } from "./thread.js";

const PAGE = 20;
const PLACE = "talk-notice";
const EMPTY = { id: null, next: null, results: [] };
const when = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

let nextPage = null;
let earlier = null;

export function setUpConversations() {
  byId("new-talk").addEventListener("click", () => {
    startConversation();
    byId("words").focus();
  });
  byId("more-talks").addEventListener("click", () => run(async () => {
    const { next, results } = await get(nextPage);
    byId("talks").append(...results.map(conversationRow));
    showNextPage(next);
  }));
}

/** List the shopper's conversations and open the newest. */
export const resumeConversations = () => run(() => openConversation(async () => {
  const [newest] = await listConversations();
  return newest ? readMessages(newest.id) : EMPTY;
}));

/** Update the list, after an answer. */
export const refreshConversations = () => listConversations().catch((problem) => { if (!(problem instanceof Problem)) throw problem; });

export const readEarlier = () => run(async () => {
  const { next, results } = await get(earlier);
  earlier = pathOf(next);
  showEarlier(results, Boolean(next));
});

const startConversation = () => openConversation(async () => EMPTY);

function openConversation(find) {
  showThread([], false);
  const shown = switchConversation(find, ({ next, results }) => {
    earlier = pathOf(next);
    showThread(results, Boolean(next));
    showCurrent();
  });
  showCurrent();
  return shown;
}

const readMessages = async (id) => ({ id, ...await get(`conversations/${id}/messages/`) });

async function listConversations() {
  const { next, results } = await get(`${addressOfShopper()}conversations/?page_size=${PAGE}`);
  byId("talks").replaceChildren(...results.map(conversationRow));
  showNextPage(next);
  showCurrent();
  return results;
}

function showNextPage(next) {
  nextPage = pathOf(next);
  byId("more-talks").hidden = !next;
}

const pathOf = (next) => next && new URL(next).href.split("/api/v1/")[1];

function conversationRow({ id, begins_with: firstWords, updated_at: at }) {
  return el("li", { dataset: { conversation: id } },
    el("button", { type: "button", class: "plain", on: { click: () => run(() => openConversation(() => readMessages(id))) } },
      el("span", { text: firstWords || "No messages yet" }), el("small", { text: when.format(new Date(at)) })));
}

/** Mark the open conversation, and offer to delete it. */
function showCurrent() {
  const id = currentConversation();
  for (const row of byId("talks").children) {
    row.firstElementChild.setAttribute("aria-current", String(row.dataset.conversation === id));
  }
  byId("forget").replaceChildren(...(id ? [confirmButton({
    text: "Delete this conversation", question: "Delete all its messages?", yes: "Delete it", act: () => run(() => erase(id)),
  })] : []));
}

async function erase(id) {
  await remove(`conversations/${id}/`);
  await startConversation();
  await listConversations();
  byId("words").focus();
  announce("Deleted");
}

async function run(operation) {
  try {
    await operation();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => run(operation), PLACE);
  }
}
