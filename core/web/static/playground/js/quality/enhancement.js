// Enhance a photo: choose level and steps, preview, then apply, discard or save.

import { get, Problem } from "../api.js";
import { announce, byId } from "../dom.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { changeNodes } from "./change_view.js";
import { showActions } from "./enhancement_actions.js";
import { runJob } from "./jobs.js";
import { chosenProfile } from "./profiles.js";
import { chooseSteps, chosenSteps, showSteps } from "./steps.js";
import { formOf } from "./subjects.js";

let subject = null;
let controller = new AbortController();
let notifyChange = () => {};

/** Set up the form; `onChange` is called when the photo of an image changes. */
export function setUpEnhancement(onChange) {
  notifyChange = onChange;
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

/** Offer to enhance a subject; shows the current enhancement of an image. */
export async function offerEnhancement(newSubject) {
  subject = newSubject;
  const signal = clearPreview();
  if (!subject.image) return;
  const { results } = await get(`quality/enhance/?image=${subject.image}`, { signal });
  const standing = results.find((row) => ["preview", "applied"].includes(row.standing));
  if (standing) show(standing);
}

/** Hide the preview and cancel a running request. */
export function clearPreview() {
  controller.abort();
  controller = new AbortController();
  byId("preview").hidden = true;
  byId("enhance-progress").hidden = true;
  clearNotice("enhance-notice");
  return controller.signal;
}

async function preview() {
  const signal = clearPreview();
  const steps = chosenSteps();
  if (!steps.length) {
    showNotice({ title: "Choose at least one step", place: "enhance-notice" });
    return;
  }
  try {
    const body = formOf(subject, { level: byId("level").value, steps, profile: chosenProfile() });
    const row = await runJob("quality/enhance/", body, { place: "enhance-progress", signal });
    if (row.standing === "unneeded") showUnneeded(row);
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

function showUnneeded({ taken_back: takenBack }) {
  const text = takenBack.length
    ? "Every step would have made the photo worse and was undone. Leave the photo as it is."
    : "Leave the photo as it is, or choose other steps.";
  showNotice({ title: "No enhancement needed", text, place: "enhance-notice" });
  announce("No enhancement needed");
}

function show(row) {
  byId("preview").hidden = false;
  byId("change").replaceChildren(...changeNodes(row.before.photo_url, row.after.photo_url, row));
  showActions(row, subject, {
    onGone: () => {
      clearPreview();
      byId("enhance-title").scrollIntoView({ block: "nearest" });
    },
    onChange: () => notifyChange(subject),
  });
}
