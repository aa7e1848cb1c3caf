// A region of a photo, in shares of its width and height from the upper left corner; pure.

const SMALLEST = 0.02;

const within = (value, least, most) => Math.min(most, Math.max(least, value));
const round = (value) => Math.round(value * 10_000) / 10_000;

/** The box between two points, in any order; null where that is hardly more than a point. */
export function between(one, other) {
  const [left, right] = [one.x, other.x].sort((a, b) => a - b);
  const [top, bottom] = [one.y, other.y].sort((a, b) => a - b);
  if (right - left < SMALLEST || bottom - top < SMALLEST) return null;
  return { x: round(left), y: round(top), width: round(right - left), height: round(bottom - top) };
}

/** The box shifted, as far as the photo reaches. */
export function moved(box, right, down) {
  return {
    ...box,
    x: round(within(box.x + right, 0, 1 - box.width)),
    y: round(within(box.y + down, 0, 1 - box.height)),
  };
}

/** The box with its lower right corner shifted. */
export function resized(box, wider, higher) {
  return {
    ...box,
    width: round(within(box.width + wider, SMALLEST, 1 - box.x)),
    height: round(within(box.height + higher, SMALLEST, 1 - box.y)),
  };
}

/** The box that these four numbers mean, held inside the photo. */
export function boxFrom({ x, y, width, height }) {
  const start = { x: within(x, 0, 1 - SMALLEST), y: within(y, 0, 1 - SMALLEST) };
  return resized({ ...start, width: 0, height: 0 }, width, height);
}

/** Where a pointer is on the stage, held inside it. */
export function pointOn(stage, { clientX, clientY }) {
  const frame = stage.getBoundingClientRect();
  return {
    x: within((clientX - frame.left) / frame.width, 0, 1),
    y: within((clientY - frame.top) / frame.height, 0, 1),
  };
}
