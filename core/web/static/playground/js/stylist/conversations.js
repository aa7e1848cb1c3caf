// A shopper's conversations: the newest to go on with, earlier ones to open, and any of them to forget.

import { get, Problem, remove } from "../api.js";
import { announce, byId, el } from "../dom.js";
import { showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { askFirst } from "./confirmation.js";
import { currentConversation, talkIn } from "./chat.js";
import { showEarlier, showThread } from "./thread.js";

const PAGE = 20;
const PLACE = "talk-notice";
const NEW = { id: null, next: null, results: [] };
const when = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

let moreTalks = null;
let earlier = null;

export function setUpConversations() {
  byId("new-talk").addEventListener("click", () => {
    startTalk();
    byId("words").focus();
  });
  byId("more-talks").addEventListener("click", () => attempt(async () => {
    const { next, results } = await get(moreTalks);
    byId("talks").append(...results.map(talkRow));
    showMoreTalks(next);
  }));
}

/** List the shopper's conversations and go on with the newest. */
export const resumeTalks = () => attempt(() => enter(async () => {
  const [newest] = await listTalks();
  return newest ? read(newest.id) : NEW;
}));

/** List them again, as after an answer. */
export const refreshTalks = () => listTalks().catch((problem) => { if (!(problem instanceof Problem)) throw problem; });

export const readEarlier = () => attempt(async () => {
  const { next, results } = await get(earlier);
  earlier = pathOf(next);
  showEarlier(results, Boolean(next));
});

const startTalk = () => enter(async () => NEW);

function enter(find) {
  showThread([], false);
  const shown = talkIn(find, ({ next, results }) => {
    earlier = pathOf(next);
    showThread(results, Boolean(next));
    mark();
  });
  mark();
  return shown;
}

const read = async (id) => ({ id, ...await get(`conversations/${id}/messages/`) });

async function listTalks() {
  const { next, results } = await get(`${addressOfShopper()}conversations/?page_size=${PAGE}`);
  byId("talks").replaceChildren(...results.map(talkRow));
  showMoreTalks(next);
  mark();
  return results;
}

function showMoreTalks(next) {
  moreTalks = pathOf(next);
  byId("more-talks").hidden = !next;
}

const pathOf = (next) => next && new URL(next).href.split("/api/v1/")[1];

function talkRow({ id, begins_with: words, updated_at: at }) {
  return el("li", { dataset: { conversation: id } },
    el("button", { type: "button", class: "plain", on: { click: () => attempt(() => enter(() => read(id))) } },
      el("span", { text: words || "Nothing said yet" }), el("small", { text: when.format(new Date(at)) })));
}

/** Show which one is open, and offer to forget it. */
function mark() {
  const id = currentConversation();
  for (const row of byId("talks").children) {
    row.firstElementChild.setAttribute("aria-current", String(row.dataset.conversation === id));
  }
  byId("forget").replaceChildren(...(id ? [askFirst({
    text: "Forget this conversation", question: "Forget all that was said in it?", yes: "Forget it", act: () => attempt(() => forget(id)),
  })] : []));
}

async function forget(id) {
  await remove(`conversations/${id}/`);
  await startTalk();
  await listTalks();
  byId("words").focus();
  announce("Forgotten");
}

async function attempt(deed) {
  try {
    await deed();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => attempt(deed), PLACE);
  }
}
