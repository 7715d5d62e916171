// Upright rectangles in plan units.

/** @typedef {{x: number, y: number, w: number, h: number}} Box */

/**
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @returns {Box}
 */
export const pointBox = (x, y, r) => ({x: x - r, y: y - r, w: 2 * r, h: 2 * r});

/**
 * The least box around both.
 * @param {Box} a
 * @param {Box} b
 * @returns {Box}
 */
export function join(a, b) {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y};
}

/**
 * A box with so much more on every side.
 * @param {Box} box
 * @param {number} by
 * @returns {Box}
 */
export const grown = ({x, y, w, h}, by) => ({x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by});

/**
 * @param {Box} outer
 * @param {Box} inner
 */
export const contains = (outer, inner) =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;

/**
 * @param {Box} a
 * @param {Box} b
 */
export const meets = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/**
 * The box of the seats from start to before end.
 * @param {{x: Float32Array, y: Float32Array, r: Float32Array}} plan
 * @param {number} start
 * @param {number} end
 * @returns {Box}
 */
export function boxOf({x, y, r}, start, end) {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let i = start; i < end; i++) {
    left = Math.min(left, x[i] - r[i]);
    top = Math.min(top, y[i] - r[i]);
    right = Math.max(right, x[i] + r[i]);
    bottom = Math.max(bottom, y[i] + r[i]);
  }
  return {x: left, y: top, w: right - left, h: bottom - top};
}

/**
 * The box of points.
 * @param {{x: number, y: number}[]} points
 * @returns {Box}
 */
export function pointsBox(points) {
  const xs = points.map(p => p.x);
  const ys = points.map(p => p.y);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return {x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y};
}
