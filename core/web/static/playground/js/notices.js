// Notices and error messages above the results.

import { byId, el } from "./dom.js";
import { showKeyPanel } from "./key.js";

const ADVICE = {
  0: "Check the connection, then try again.",
  401: "Enter a valid key of your shop.",
  403: "This key lacks a permission. Use one with the scopes catalog:read, catalog:write, recommend and stylist.",
  429: "Too many requests in this minute. Wait a moment, then try again.",
  503: "Nothing is lost. Wait a moment, then try again.",
};

/** Show a notice above the results, or in the element with the id `place`. */
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

/** Show an error, what to do about it, and a button to try again. */
export function showProblem(problem, retry, place) {
  const advice = ADVICE[problem.status] ?? (problem.status >= 500 ? "Try again. If the error remains, see the server's log." : "");
  const isWorthRetrying = ![400, 401, 403, 404, 409, 413].includes(problem.status);
  showNotice({
    kind: "error",
    place,
    title: problem.detail.replaceAll("`", ""),
    text: advice,
    lines: problem.fieldMessages,
    actions: [
      problem.isAboutKey && action("Change the key", () => showKeyPanel()),
      isWorthRetrying && delayButton(action("Try again", retry), problem.retryAfter),
    ].filter(Boolean),
  });
}

/** Disable a button for the seconds that the server asked to wait. */
function delayButton(button, seconds) {
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
