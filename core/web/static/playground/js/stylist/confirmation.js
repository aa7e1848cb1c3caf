// A button that asks for confirmation, for actions that cannot be undone.

import { el } from "../dom.js";
import { action } from "../notices.js";

/** Make a button `text` that shows `question` first; `act` runs after the answer `yes`. */
export function confirmButton({ text, label, question, yes, act }) {
  const button = action(text, () => showQuestion(true));
  if (label) button.setAttribute("aria-label", label);
  const panel = el("div", { class: "sure", hidden: true },
    el("p", { text: question }),
    el("button", { type: "button", class: "quiet danger", text: yes, "aria-label": `${yes}: ${question}`, on: { click: act } }),
    action("Keep it", () => showQuestion(false)));
  const showQuestion = (isShown) => {
    button.hidden = isShown;
    panel.hidden = !isShown;
    (isShown ? panel.querySelector(".danger") : button).focus();
  };
  return el("div", { class: "ask-first" }, button, panel);
}
