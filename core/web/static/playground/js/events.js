// Events of the shopper, sent to the API; the event id makes repeated sending safe.

import { post } from "./api.js";
import { currentShopper } from "./shopper.js";

const SEND_DELAY_MS = 2_000;
const RETRY_MS = 10_000;
const MAX_EVENTS = 500;

let queue = [];
let timer = 0;
const contextOf = new WeakMap();

/** Make an event about an image; `answer` is the id of the recommendation that showed it. */
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

/** Send an event now, with all queued ones. Throws `Problem`; temporary failures are also retried later. */
export async function sendEvent(event) {
  queue.push(event);
  await flush();
}

/** Record an impression of each card when it comes into view; impressions are sent in batches. */
export function watchImpressions(nodes, results, answer) {
  nodes.forEach((node, place) => {
    contextOf.set(node, { image: results[place], answer, position: place + 1 });
    watcher.observe(node);
  });
}

const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    queue.push(eventAbout("impression", contextOf.get(target)));
    flushIn(SEND_DELAY_MS);
  }
}, { threshold: 0.5 });

function flushIn(pause) {
  timer ||= window.setTimeout(() => flush().catch(() => {}), pause);
}

async function flush(options) {
  window.clearTimeout(timer);
  timer = 0;
  const events = queue.splice(0, MAX_EVENTS);
  if (!events.length) return;
  try {
    await post("events/", { events }, options);
  } catch (problem) {
    if (problem.isTemporary) {
      queue = [...events, ...queue];
      flushIn(RETRY_MS);
    }
    throw problem;
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) flush({ keepalive: true }).catch(() => {});
});
