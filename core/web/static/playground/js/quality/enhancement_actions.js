// What can be done with an enhancement: applied or taken back, discarded, added to the shop or saved.

import { post, Problem, remove } from "../api.js";
import { byId, el } from "../dom.js";
import { action, clearNotice, showProblem } from "../notices.js";
import { keeping } from "./preview_form.js";

const NOTES = {
  applied: "Your shop shows it now; it is embedded again. The photo before is kept.",
  reverted: "Your shop shows again what it showed before.",
};

/** Offer what its standing allows; `onChange` is called when an image shows another photo, `onGone` when it is discarded. */
export function showDeeds(row, subject, { onGone, onChange }) {
  const path = `quality/enhance/${row.id}/`;
  const turn = (deed) => attempt(async () => {
    showDeeds(await post(`${path}${deed}/`, {}), subject, { onGone, onChange });
    byId("preview").focus();
    onChange();
  });
  const discard = action("Discard", () => attempt(async () => {
    await remove(path);
    onGone();
  }));
  const offered = {
    preview: subject.image ? [main("Apply", () => turn("apply")), discard] : [...keeping(row, subject, attempt), discard],
    applied: [main("Take back", () => turn("revert"))],
    reverted: [discard],
  };
  byId("deeds").replaceChildren(...offered[row.standing]);
  byId("deeds-note").textContent = NOTES[row.standing] ?? "";
}

const main = (text, click) => el("button", { type: "button", text, on: { click } });

/** Do it, with every button held back meanwhile; what goes wrong is said beside them. */
async function attempt(deed) {
  const buttons = [...byId("deeds").querySelectorAll("button")];
  clearNotice("enhance-notice");
  for (const button of buttons) button.disabled = true;
  try {
    await deed();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => attempt(deed), "enhance-notice");
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}
