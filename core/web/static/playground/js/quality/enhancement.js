// A photo made better: asked for with a level and steps, previewed, and what became of it.

import { get, Problem } from "../api.js";
import { announce, byId } from "../dom.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { changeNodes } from "./change_view.js";
import { showDeeds } from "./enhancement_actions.js";
import { runJob } from "./jobs.js";
import { chosenProfile } from "./profiles.js";
import { chooseSteps, chosenSteps, showSteps } from "./steps.js";
import { formOf } from "./subjects.js";

let subject = null;
let running = new AbortController();
let changed = () => {};

/** Wire the form; `onChange` is called when an image shows another photo. */
export function setUpEnhancing(onChange) {
  changed = onChange;
  showSteps();
  byId("enhance").addEventListener("submit", (event) => {
    event.preventDefault();
    preview();
  });
  document.addEventListener("fix", ({ detail: steps }) => {
    chooseSteps(steps);
    byId("enhancing").scrollIntoView({ block: "start" });
    preview();
  });
}

/** Offer to enhance this; of an image, what was made of it before is shown. */
export async function offerEnhancing(toBeMade) {
  subject = toBeMade;
  const signal = forgetPreview();
  if (!subject.image) return;
  const { results } = await get(`quality/enhance/?image=${subject.image}`, { signal });
  const standing = results.find((row) => ["preview", "applied"].includes(row.standing));
  if (standing) show(standing);
}

/** Show nothing of what was made, and wait for nothing that is being made. */
export function forgetPreview() {
  running.abort();
  running = new AbortController();
  byId("preview").hidden = true;
  byId("enhance-progress").hidden = true;
  clearNotice("enhance-notice");
  return running.signal;
}

async function preview() {
  const signal = forgetPreview();
  const steps = chosenSteps();
  if (!steps.length) {
    showNotice({ title: "Choose a step, or several", place: "enhance-notice" });
    return;
  }
  try {
    const body = formOf(subject, { level: byId("level").value, steps, profile: chosenProfile() });
    const row = await runJob("quality/enhance/", body, { place: "enhance-progress", signal });
    if (row.standing === "unneeded") sayUnneeded(row);
    else {
      show(row);
      byId("preview").focus();
      announce(`Preview: ${row.score_before} becomes ${row.score_after} of 100`);
    }
  } catch (problem) {
    if (problem.name === "AbortError") return;
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, preview, "enhance-notice");
  }
}

function sayUnneeded({ taken_back: takenBack }) {
  const text = takenBack.length
    ? "What could be done would have done harm, and was taken back. Leave the photo as it is."
    : "Leave the photo as it is, or choose other steps.";
  showNotice({ title: "Nothing had to be done", text, place: "enhance-notice" });
  announce("Nothing had to be done");
}

function show(row) {
  byId("preview").hidden = false;
  byId("change").replaceChildren(...changeNodes(row.before.photo_url, row.after.photo_url, row));
  showDeeds(row, subject, {
    onGone: () => {
      forgetPreview();
      byId("enhance-title").scrollIntoView({ block: "nearest" });
    },
    onChange: () => changed(subject),
  });
}
