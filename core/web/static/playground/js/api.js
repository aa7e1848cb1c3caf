// Client of the public API.

import { sentence } from "./dom.js";
import { currentKey } from "./key.js";
import { eventsOf } from "./streams.js";

const ROOT = "/api/v1/";

/** An error response of the API: RFC 9457 problem details. */
export class Problem extends Error {
  constructor({ status = 0, code = "unreachable", title = "", detail = "", errors = null }, retryAfter = 0) {
    super(detail || title);
    Object.assign(this, { status, code, title, detail: detail || title, errors, retryAfter });
  }

  get isAboutKey() {
    return this.status === 401 || this.status === 403;
  }

  /** The request itself is valid; sending it again may succeed. */
  get isTemporary() {
    return [0, 429, 503].includes(this.status);
  }

  /** One line for each invalid field. */
  get fieldMessages() {
    return linesOf(this.errors);
  }
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) =>
  call("POST", path, {
    ...options,
    body: body instanceof FormData ? body : JSON.stringify(body),
    headers: body instanceof FormData ? {} : { "Content-Type": "application/json" },
  });

export const patch = (path, body) =>
  call("PATCH", path, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });

export const remove = (path) => call("DELETE", path);

export const addressOf = (path) => new URL(ROOT + path, window.location.origin).href;

/** Headers with a new idempotency key: a repeated POST with the same key takes effect once. */
export function idempotencyKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { "Idempotency-Key": Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("") };
}

/** Download a file; returns its content and its name. */
export async function download(path, type) {
  const response = await request("GET", path, { headers: { Accept: type } });
  if (!response.ok) throw await problemOf(response);
  const [, name = "download"] = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition")) ?? [];
  return { name, file: await response.blob() };
}

/** Yield the server-sent events of a streamed answer, each with `name` and `data`. */
export async function* follow(method, path, options) {
  const response = await request(method, path, { ...options, headers: { Accept: "text/event-stream" } });
  if (!response.ok) throw await problemOf(response);
  try {
    yield* eventsOf(response);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: "The connection closed before the answer was complete." });
  }
}

async function call(method, path, options) {
  const response = await request(method, path, options);
  if (response.status === 204) return null;
  if (!response.ok) throw await problemOf(response);
  return response.json().catch(() => { throw new Problem(unreadableProblem(response)); });
}

async function request(method, path, { body, headers = {}, extra = {}, signal, keepalive } = {}) {
  const authorization = { Authorization: `Api-Key ${currentKey()}` };
  try {
    return await fetch(ROOT + path, {
      method, body, signal, keepalive, credentials: "omit", headers: { ...headers, ...extra, ...authorization },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: "The server cannot be reached. Is it running, and are you online?" });
  }
}

async function problemOf(response) {
  const answer = await response.json().catch(() => null);
  return new Problem(
    answer?.detail || answer?.title ? answer : unreadableProblem(response),
    Number(response.headers.get("Retry-After")) || 0,
  );
}

function unreadableProblem(response) {
  return {
    status: response.status,
    code: "unreadable",
    detail: `The server answered ${response.status} ${response.statusText} without an explanation.`,
  };
}

/** Flatten field errors: `{"filters": {"price_min": [{"message": "Too low."}]}}` becomes "Price min: Too low." */
function linesOf(errors, field = "") {
  if (!errors) return [];
  if (typeof errors.message === "string") return [[field, errors.message].filter(Boolean).join(": ")];
  const name = Array.isArray(errors) ? () => field : sentence;
  return Object.entries(errors).flatMap(([key, inner]) => linesOf(inner, name(key)));
}
