// What the page looks at: one photo or image, assessed; or two photos, compared.

import { post, Problem } from "../api.js";
import { announce, byId, el } from "../dom.js";
import { currentKey, showKeyPanel } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { showAssessment, showJudgement } from "./assessment.js";
import { compare } from "./comparison.js";
import { forgetPreview, offerEnhancing } from "./enhancement.js";
import { chosenProfile } from "./profiles.js";
import { formOf, imageSubject, photoSubject } from "./subjects.js";

let subject = null;
let pair = [];
let running = new AbortController();

/** Look at one file, or compare two. */
export function lookAtPhotos(files) {
  if (!currentKey()) return showKeyPanel();
  window.history.replaceState(null, "", window.location.pathname);
  if (files.length === 1) return open(() => photoSubject(files[0]));
  if (files.length === 2) {
    pair = files;
    return compareAgain();
  }
  lookAway();
  return showNotice({ kind: "error", title: `These are ${files.length} photos`, text: "Drop one to see what it is worth, or two to compare them." });
}

export const lookAtImage = (id) => open((signal) => imageSubject(id, signal));

export const compareAgain = () => attempt((signal) => compare(pair, signal), compareAgain);

/** Measure an image again whose photo has become another; its enhancement stays in sight. */
export async function lookAgain({ image }) {
  const { signal } = running;
  clearNotice("rules-notice");
  try {
    subject = await imageSubject(image, signal);
    await assess(signal);
  } catch (problem) {
    tell(problem, () => lookAgain({ image }), "rules-notice");
  }
}

/** Judge what is looked at by the profile that was chosen. */
export async function judgeAgain() {
  clearNotice("rules-notice");
  if (!subject) return;
  try {
    const found = await figures(running.signal);
    if (found.profile !== chosenProfile()) return;
    showJudgement(found);
    announce(byId("judgement").textContent);
  } catch (problem) {
    tell(problem, judgeAgain, "rules-notice");
  }
}

/** Look at nothing. */
export function lookAway() {
  running.abort();
  running = new AbortController();
  subject = null;
  forgetPreview();
  for (const id of ["one", "pair", "look-progress"]) byId(id).hidden = true;
  clearNotice();
  return running.signal;
}

function open(find) {
  return attempt(async (signal) => {
    subject = await find(signal);
    await assess(signal);
    byId("one").hidden = false;
    announce(`${subject.name}: ${byId("overall").textContent}`);
    await offerEnhancing(subject);
  }, () => open(find));
}

async function assess(signal) {
  const found = await figures(signal);
  byId("one-title").textContent = subject.name;
  byId("look-photo").src = subject.address;
  byId("look-photo").alt = subject.name;
  showAssessment(found);
}

const figures = (signal) => post("quality/assess/", formOf(subject, { profile: chosenProfile() }), { signal });

/** Look at something new; what goes wrong is said in its place. */
async function attempt(look, retry) {
  const signal = lookAway();
  byId("results").focus();
  byId("look-progress").replaceChildren(el("progress", { "aria-label": "Measuring" }));
  byId("look-progress").hidden = false;
  try {
    await look(signal);
  } catch (problem) {
    tell(problem, retry);
  } finally {
    if (!signal.aborted) byId("look-progress").hidden = true;
  }
}

function tell(problem, retry, place) {
  if (problem.name === "AbortError") return;
  if (!(problem instanceof Problem)) throw problem;
  showProblem(problem, retry, place);
}
