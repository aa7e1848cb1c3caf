// Pure functions on a region of a photo, in fractions of its width and height from the upper left corner.

const MIN_SIDE = 0.02;

const clamp = (value, min, max) => Math.min(max, Math.max(min, value));
const round = (value) => Math.round(value * 10_000) / 10_000;

/** Return the box between two points in any order; null if it is too small. */
export function boxBetween(one, other) {
  const [left, right] = [one.x, other.x].sort((a, b) => a - b);
  const [top, bottom] = [one.y, other.y].sort((a, b) => a - b);
  if (right - left < MIN_SIDE || bottom - top < MIN_SIDE) return null;
  return { x: round(left), y: round(top), width: round(right - left), height: round(bottom - top) };
}

/** Move the box, within the photo. */
export function moveBox(box, right, down) {
  return {
    ...box,
    x: round(clamp(box.x + right, 0, 1 - box.width)),
    y: round(clamp(box.y + down, 0, 1 - box.height)),
  };
}

/** Move the lower right corner of the box. */
export function resizeBox(box, wider, higher) {
  return {
    ...box,
    width: round(clamp(box.width + wider, MIN_SIDE, 1 - box.x)),
    height: round(clamp(box.height + higher, MIN_SIDE, 1 - box.y)),
  };
}

/** Limit a box to the photo. */
export function clampBox({ x, y, width, height }) {
  const start = { x: clamp(x, 0, 1 - MIN_SIDE), y: clamp(y, 0, 1 - MIN_SIDE) };
  return resizeBox({ ...start, width: 0, height: 0 }, width, height);
}

/** Return the position of a pointer on the stage, limited to it. */
export function pointOn(stage, { clientX, clientY }) {
  const frame = stage.getBoundingClientRect();
  return {
    x: clamp((clientX - frame.left) / frame.width, 0, 1),
    y: clamp((clientY - frame.top) / frame.height, 0, 1),
  };
}
