// What cannot be undone is asked about once more, in the place of its button.

import { el } from "../dom.js";
import { action } from "../notices.js";

/** A button named `text`, and the question behind it; `act` does what it says. */
export function askFirst({ text, label, question, yes, act }) {
  const button = action(text, () => arm(true));
  if (label) button.setAttribute("aria-label", label);
  const sure = el("div", { class: "sure", hidden: true },
    el("p", { text: question }),
    el("button", { type: "button", class: "quiet danger", text: yes, "aria-label": `${yes}: ${question}`, on: { click: act } }),
    action("Keep it", () => arm(false)));
  const arm = (isArmed) => {
    button.hidden = isArmed;
    sure.hidden = !isArmed;
    (isArmed ? sure.querySelector(".danger") : button).focus();
  };
  return el("div", { class: "ask-first" }, button, sure);
}
