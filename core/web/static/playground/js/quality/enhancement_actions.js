// The actions for an enhancement: apply, revert, discard, add to the shop or save.

import { post, Problem, remove } from "../api.js";
import { byId, el } from "../dom.js";
import { action, clearNotice, showProblem } from "../notices.js";
import { previewControls } from "./preview_form.js";

const NOTES = {
  applied: "Your shop shows it now; it is embedded again. The previous photo is stored.",
  reverted: "Your shop shows the previous photo again.",
};

/** Show the actions that its state allows; `onChange` is called when the photo of an image changes, `onGone` after a discard. */
export function showActions(row, subject, { onGone, onChange }) {
  const path = `quality/enhance/${row.id}/`;
  const changeState = (operation) => runAction(async () => {
    showActions(await post(`${path}${operation}/`, {}), subject, { onGone, onChange });
    byId("preview").focus();
    onChange();
  });
  const discard = action("Discard", () => runAction(async () => {
    await remove(path);
    onGone();
  }));
  const offered = {
    preview: subject.image ? [main("Apply", () => changeState("apply")), discard] : [...previewControls(row, subject, runAction), discard],
    applied: [main("Revert", () => changeState("revert"))],
    reverted: [discard],
  };
  byId("deeds").replaceChildren(...offered[row.standing]);
  byId("deeds-note").textContent = NOTES[row.standing] ?? "";
}

const main = (text, click) => el("button", { type: "button", text, on: { click } });

/** Run an action with all buttons disabled; an error is shown next to them. */
async function runAction(operation) {
  const buttons = [...byId("deeds").querySelectorAll("button")];
  clearNotice("enhance-notice");
  for (const button of buttons) button.disabled = true;
  try {
    await operation();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => runAction(operation), "enhance-notice");
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}
