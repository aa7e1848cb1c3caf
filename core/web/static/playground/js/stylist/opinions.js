// The opinion buttons of an outfit; opinions are sent to the API and influence later outfits.

import { post, Problem } from "../api.js";
import { announce, el } from "../dom.js";
import { clearNotice, showProblem } from "../notices.js";

const OPINIONS = { like: "Like", dislike: "Dislike", worn: "Worn" };
const ANNOUNCEMENTS = { like: "Liked", dislike: "Disliked", worn: "Noted as worn" };
const OPPOSITES = { like: "dislike", dislike: "like" };

/** The buttons for an outfit that is called `name`, and a place for what goes wrong. */
export function opinionButtons(id, name) {
  const place = `opinion-${id}`;
  const buttons = Object.fromEntries(Object.entries(OPINIONS).map(([opinion, text]) =>
    [opinion, el("button", { type: "button", class: "quiet", text, "aria-pressed": "false", dataset: { opinion }, on: { click: () => give(opinion) } })]));
  const isGiven = (opinion) => buttons[opinion].ariaPressed === "true";
  const mark = (opinion, given) => buttons[opinion]?.setAttribute("aria-pressed", String(given));
  const give = async (opinion) => {
    // Sending the same opinion again has no effect.
    if (isGiven(opinion)) return;
    clearNotice(place);
    try {
      await post(`outfits/${id}/feedback/`, { opinion });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      showProblem(problem, () => give(opinion), place);
      return;
    }
    mark(opinion, true);
    mark(OPPOSITES[opinion], false);
    announce(ANNOUNCEMENTS[opinion]);
  };
  return [
    el("ul", { class: "say-of-it", "aria-label": `Opinion of ${name}` }, ...Object.values(buttons).map((button) => el("li", {}, button))),
    el("div", { id: place }),
  ];
}
