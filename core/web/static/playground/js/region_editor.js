// Editor for the region of the query's photo: mouse, touch, keyboard or numbers.

import { byId } from "./dom.js";
import { boxBetween, clampBox, moveBox, pointOn, resizeBox } from "./region.js";

const EDGES = ["x", "y", "width", "height"];
const KEY_STEP = 0.02;
const ARROWS = { ArrowLeft: [-KEY_STEP, 0], ArrowRight: [KEY_STEP, 0], ArrowUp: [0, -KEY_STEP], ArrowDown: [0, KEY_STEP] };

let region = null;

/** Set up the editor; `onChange` is called with the final region, or null for the whole photo. */
export function setUpRegion(onChange) {
  const setRegion = (box) => { showRegion(box); onChange(box); };
  byId("stage").addEventListener("pointerdown", (event) => draw(event, setRegion));
  byId("box").addEventListener("keydown", (event) => handleKey(event, setRegion));
  byId("region-clear").addEventListener("click", () => { setRegion(null); byId("prompt").focus(); });
  byId("edges").addEventListener("change", () => setRegion(clampBox(readNumbers())));
}

/** Show a region; null means the whole photo. */
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

/** Follow a drag: inside the region it moves the region, on its corner it resizes it, elsewhere it draws a new one. */
function draw(event, setRegion) {
  if (event.button !== 0) return;
  event.preventDefault();
  const stage = byId("stage");
  const [start, before] = [pointOn(stage, event), region];
  const isCorner = event.target.closest("i");
  const isInside = event.target.closest("#box");
  const boxAt = (point) => {
    if (isCorner) return resizeBox(before, point.x - start.x, point.y - start.y);
    if (isInside) return moveBox(before, point.x - start.x, point.y - start.y);
    return boxBetween(start, point);
  };
  const follow = (now) => { showRegion(boxAt(pointOn(stage, now)) ?? before); };
  const end = (last) => {
    stage.removeEventListener("pointermove", follow);
    stage.removeEventListener("pointerup", end);
    stage.removeEventListener("pointercancel", end);
    if (last.type === "pointercancel") showRegion(before);
    else if (JSON.stringify(region) !== JSON.stringify(before)) setRegion(region);
  };
  stage.setPointerCapture(event.pointerId);
  stage.addEventListener("pointermove", follow);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
}

function handleKey(event, setRegion) {
  if (event.key === "Delete" || event.key === "Escape") {
    setRegion(null);
    byId("region-numbers").querySelector("summary").focus();
  } else if (event.key in ARROWS) {
    setRegion((event.shiftKey ? resizeBox : moveBox)(region, ...ARROWS[event.key]));
  } else return;
  event.preventDefault();
}
