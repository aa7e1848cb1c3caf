// What is said in place of, or above, the pictures.

import { byId, el } from "./dom.js";
import { showKeyPanel } from "./key.js";

const WHAT_TO_DO = {
  0: "Check the connection, then try again.",
  401: "Give a key of your shop that is still valid.",
  403: "This key may not do that. Give one with the scopes catalog:read, catalog:write, recommend and stylist.",
  429: "The shop has asked a lot in this minute. Wait a moment, then try again.",
  503: "Nothing is lost. Wait a moment, then try again.",
};

/** Say it at the top of the results, or in another place of the page by its id. */
export function showNotice({ title, text, lines = [], actions = [], kind = "calm", place = "notice" }) {
  byId(place).replaceChildren(
    el("div", { class: "notice", dataset: { kind }, role: kind === "error" ? "alert" : null },
      el("h3", { text: title }),
      text && el("p", { text }),
      lines.length > 0 && el("ul", {}, ...lines.map((line) => el("li", { text: line }))),
      actions.length > 0 && el("div", { class: "actions" }, ...actions),
    ),
  );
}

export const clearNotice = (place = "notice") => byId(place).replaceChildren();

export const action = (text, click) => el("button", { type: "button", class: "quiet", text, on: { click } });

/** Say what went wrong, what to do, and offer to try again. */
export function showProblem(problem, retry, place) {
  const advice = WHAT_TO_DO[problem.status] ?? (problem.status >= 500 ? "Try again; if it stays, the server's log says more." : "");
  const isWorthRetrying = ![400, 401, 403, 404, 409, 413].includes(problem.status);
  showNotice({
    kind: "error",
    place,
    title: problem.detail.replaceAll("`", ""),
    text: advice,
    lines: problem.fieldMessages,
    actions: [
      problem.isAboutKey && action("Change the key", () => showKeyPanel()),
      isWorthRetrying && waiting(action("Try again", retry), problem.retryAfter),
    ].filter(Boolean),
  });
}

/** Hold a button back for as long as the server asked. */
function waiting(button, seconds) {
  if (seconds <= 0) return button;
  const name = button.textContent;
  let left = Math.min(Math.ceil(seconds), 120);
  const tick = () => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${name} in ${left} s` : name;
    if (left-- > 0) window.setTimeout(tick, 1000);
  };
  tick();
  return button;
}
