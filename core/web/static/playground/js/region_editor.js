// Draw a region on the photo that is asked with, by mouse, finger, keyboard or numbers.

import { byId } from "./dom.js";
import { between, boxFrom, moved, pointOn, resized } from "./region.js";

const EDGES = ["x", "y", "width", "height"];
const NUDGE = 0.02;
const ARROWS = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, -NUDGE], ArrowDown: [0, NUDGE] };

let region = null;

/** Wire the editor; `onChange` is called with the region, or null for the whole photo, when it is settled. */
export function setUpRegion(onChange) {
  const settle = (box) => { showRegion(box); onChange(box); };
  byId("stage").addEventListener("pointerdown", (event) => draw(event, settle));
  byId("box").addEventListener("keydown", (event) => steer(event, settle));
  byId("region-clear").addEventListener("click", () => { settle(null); byId("prompt").focus(); });
  byId("edges").addEventListener("change", () => settle(boxFrom(readNumbers())));
}

/** Show a region; null is the whole photo. */
export function showRegion(box) {
  region = box;
  const shown = box ?? { x: 0, y: 0, width: 1, height: 1 };
  byId("box").hidden = !box;
  byId("region-clear").disabled = !box;
  for (const edge of EDGES) {
    byId("box").style.setProperty(`--${edge}`, `${100 * shown[edge]}%`);
    numberOf(edge).value = String(Math.round(100 * shown[edge]));
  }
}

const numberOf = (edge) => byId("edges").querySelector(`[name="${edge}"]`);
const readNumbers = () => Object.fromEntries(EDGES.map((edge) => [edge, Number(numberOf(edge).value) / 100]));

/** Follow a pointer: inside the region it moves it, on its corner it resizes it, elsewhere it draws a new one. */
function draw(event, settle) {
  if (event.button !== 0) return;
  event.preventDefault();
  const stage = byId("stage");
  const [start, before] = [pointOn(stage, event), region];
  const isCorner = event.target.closest("i");
  const isInside = event.target.closest("#box");
  const boxAt = (point) => {
    if (isCorner) return resized(before, point.x - start.x, point.y - start.y);
    if (isInside) return moved(before, point.x - start.x, point.y - start.y);
    return between(start, point);
  };
  const follow = (now) => { showRegion(boxAt(pointOn(stage, now)) ?? before); };
  const end = (last) => {
    stage.removeEventListener("pointermove", follow);
    stage.removeEventListener("pointerup", end);
    stage.removeEventListener("pointercancel", end);
    if (last.type === "pointercancel") showRegion(before);
    else if (JSON.stringify(region) !== JSON.stringify(before)) settle(region);
  };
  stage.setPointerCapture(event.pointerId);
  stage.addEventListener("pointermove", follow);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
}

function steer(event, settle) {
  if (event.key === "Delete" || event.key === "Escape") {
    settle(null);
    byId("region-numbers").querySelector("summary").focus();
  } else if (event.key in ARROWS) {
    settle((event.shiftKey ? resized : moved)(region, ...ARROWS[event.key]));
  } else return;
  event.preventDefault();
}
