// What the shopper does, told to the API: each deed once, however often it has to be sent.

import { post } from "./api.js";
import { currentShopper } from "./shopper.js";

const PAUSE = 2_000;
const LONG_PAUSE = 10_000;
const MOST = 500;

let queue = [];
let timer = 0;
const shownOn = new WeakMap();

/** An event about what is shown; `answer` is the id of the answer that showed it. */
export function eventAbout(kind, { image, answer, position }) {
  return {
    event_id: `playground-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`,
    kind,
    image: image.id,
    shopper: currentShopper(),
    occurred_at: new Date().toISOString(),
    ...(answer && { recommendation: answer, position }),
  };
}

/** Tell an event now, with what waits to be told; raises `Problem`, and tries again by itself where that may help. */
export async function tell(event) {
  queue.push(event);
  await flush();
}

/** Tell, a little later and together, that cards of an answer came into view. */
export function watchImpressions(nodes, results, answer) {
  nodes.forEach((node, place) => {
    shownOn.set(node, { image: results[place], answer, position: place + 1 });
    watcher.observe(node);
  });
}

const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    queue.push(eventAbout("impression", shownOn.get(target)));
    flushIn(PAUSE);
  }
}, { threshold: 0.5 });

function flushIn(pause) {
  timer ||= window.setTimeout(() => flush().catch(() => {}), pause);
}

async function flush(options) {
  window.clearTimeout(timer);
  timer = 0;
  const events = queue.splice(0, MOST);
  if (!events.length) return;
  try {
    await post("events/", { events }, options);
  } catch (problem) {
    if (problem.isPassing) {
      queue = [...events, ...queue];
      flushIn(LONG_PAUSE);
    }
    throw problem;
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) flush({ keepalive: true }).catch(() => {});
});
