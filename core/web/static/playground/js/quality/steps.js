// The steps of an enhancement, in the order of their execution.

import { byId, el, sentence } from "../dom.js";

const STEPS = {
  deblock: "Smooth JPEG blocks",
  denoise: "Remove noise",
  white_balance: "Balance white",
  tone: "Exposure and contrast",
  sharpen: "Sharpen",
  white_background: "White background",
  reframe: "Crop and pad",
};
// These change the picture's content, so they are off by default.
const OPTIONAL = ["white_background", "reframe"];

export const stepName = (step) => STEPS[step] ?? sentence(step);

export function showSteps() {
  byId("steps").replaceChildren(...Object.entries(STEPS).map(([value, text]) =>
    el("label", { class: "pill" }, el("input", { type: "checkbox", name: "steps", value }), el("span", { text }))));
  chooseSteps(Object.keys(STEPS).filter((step) => !OPTIONAL.includes(step)));
}

export function chooseSteps(chosen) {
  for (const box of boxes()) box.checked = chosen.includes(box.value);
}

export const chosenSteps = () => boxes().filter(({ checked }) => checked).map(({ value }) => value);

const boxes = () => [...byId("steps").querySelectorAll("input")];
