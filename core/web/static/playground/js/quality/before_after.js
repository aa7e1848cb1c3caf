// Before and after on top of each other, with a slider that moves the border between them.

import { el } from "../dom.js";

export function beforeAfter(before, after) {
  const range = el("input", { type: "range", min: "0", max: "100", value: "50", "aria-label": "Before and after" });
  const first = el("img", { src: before, alt: "Before" });
  const stage = el("div", { class: "versus" },
    first, el("img", { src: after, alt: "After", class: "after" }), range,
    el("span", { class: "corner", "aria-hidden": "true", text: "Before" }),
    el("span", { class: "corner after", "aria-hidden": "true", text: "After" }));
  const show = () => {
    stage.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${range.value}% before, ${100 - range.value}% after`);
  };
  first.addEventListener("load", () => stage.style.setProperty("--ratio", first.naturalWidth / first.naturalHeight));
  range.addEventListener("input", show);
  show();
  return stage;
}
