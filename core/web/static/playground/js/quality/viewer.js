// The main view: one photo or image assessed, or two photos compared.

import { post, Problem } from "../api.js";
import { announce, byId, el } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { showAssessment, showRules } from "./assessment.js";
import { compare } from "./comparison.js";
import { clearPreview, offerEnhancement } from "./enhancement.js";
import { chosenProfile } from "./profiles.js";
import { formOf, imageSubject, photoSubject } from "./subjects.js";

const ATTEMPTS = 10;

let subject = null;
let pair = [];
let controller = new AbortController();

/** Assess one file, or compare two. */
export function viewPhotos(files) {
  if (!currentKey()) return showKeyPanel();
  window.history.replaceState(null, "", window.location.pathname);
  if (files.length === 1) return open(() => photoSubject(files[0]));
  if (files.length === 2) {
    pair = files;
    return repeatComparison();
  }
  clearView();
  return showNotice({ kind: "error", title: `These are ${files.length} photos`, text: "Drop one to assess it, or two to compare them." });
}

export const viewImage = (id) => open((signal) => imageSubject(id, signal));

export const repeatComparison = () => load((signal) => compare(pair, signal), repeatComparison);

/** Assess an image again after its photo changed; the enhancement stays visible. */
export async function reloadImage({ image }) {
  const { signal } = controller;
  clearNotice("rules-notice");
  try {
    subject = await imageSubject(image, signal);
    await assess(signal);
  } catch (problem) {
    reportProblem(problem, () => reloadImage({ image }), "rules-notice");
  }
}

/** Check the current subject against the chosen profile. */
export async function reloadRules() {
  clearNotice("rules-notice");
  if (!subject) return;
  try {
    const found = await requestAssessment(controller.signal);
    if (found.profile !== chosenProfile()) return;
    showRules(found);
    announce(byId("judgement").textContent);
  } catch (problem) {
    reportProblem(problem, reloadRules, "rules-notice");
  }
}

/** Clear the view. */
export function clearView() {
  controller.abort();
  controller = new AbortController();
  subject = null;
  clearPreview();
  for (const id of ["one", "pair", "look-progress"]) byId(id).hidden = true;
  clearNotice();
  return controller.signal;
}

function open(find) {
  return load(async (signal) => {
    subject = await find(signal);
    await assess(signal);
    byId("one").hidden = false;
    announce(`${subject.name}: ${byId("overall").textContent}`);
    await offerEnhancement(subject);
  }, () => open(find));
}

async function assess(signal) {
  const found = await requestAssessment(signal);
  byId("one-title").textContent = subject.name;
  byId("look-photo").src = subject.address;
  byId("look-photo").alt = subject.name;
  showAssessment(found);
}

/** Assess the subject; a photo that was just changed is measured within seconds, so ask again. */
async function requestAssessment(signal) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await post("quality/assess/", formOf(subject, { profile: chosenProfile() }), { signal });
    } catch (problem) {
      if (problem.code !== "report_pending" || attempt === ATTEMPTS) throw problem;
      await new Promise((resolve) => { window.setTimeout(resolve, 1000 * problem.retryAfter); });
    }
  }
}

/** Load something into the view; an error is shown in its place. */
async function load(view, retry) {
  const signal = clearView();
  byId("results").focus();
  byId("look-progress").replaceChildren(el("progress", { "aria-label": "Measuring" }));
  byId("look-progress").hidden = false;
  try {
    await view(signal);
  } catch (problem) {
    reportProblem(problem, retry);
  } finally {
    if (!signal.aborted) byId("look-progress").hidden = true;
  }
}

function reportProblem(problem, retry, place) {
  if (problem.name === "AbortError") return;
  if (!(problem instanceof Problem)) throw problem;
  showProblem(problem, retry, place);
}
