// The shape of a section: what its rows cover. A zone may be of several pieces
// (boxes left and right), so rows are joined only where they are neighbours.

/**
 * @typedef {import('./plan.js').Plan} Plan
 * @typedef {{path: Path2D, pad: number}} Outline path is in plan units; the shape is the path filled, and pad around it
 */

const nextRow = 7; // radii: rows with less between them are neighbours

/**
 * @param {Plan} plan
 * @param {number} k index of plan.sections
 * @returns {Outline}
 */
export function outlineOf(plan, k) {
  const section = plan.sections[k];
  const radius = plan.r[section.seats[0]];
  const path = new Path2D();
  for (const piece of pieces(plan, section.rows, radius * nextRow)) addPiece(path, plan, piece);
  return {path, pad: radius * 1.4};
}

/**
 * Rows in runs of neighbours, all running the same way.
 * @param {Plan} plan
 * @param {number[]} rows
 * @param {number} near
 */
function pieces(plan, rows, near) {
  /** @type {number[][][]} */
  const runs = [];
  for (const row of rows) {
    const {seats} = plan.rows[row];
    const run = runs.findLast(r => gap(plan, r[r.length - 1], seats) < near);
    if (run) run.push(alike(plan, run[run.length - 1], seats));
    else runs.push([seats]);
  }
  return runs;
}

/**
 * How far the middle of the shorter row is from the other row.
 * @param {Plan} plan
 * @param {number[]} a
 * @param {number[]} b
 */
function gap({x, y}, a, b) {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const middle = short[short.length >> 1];
  let least = Infinity;
  for (const i of long) least = Math.min(least, Math.hypot(x[i] - x[middle], y[i] - y[middle]));
  return least;
}

/**
 * A row in the direction of the one before it.
 * @param {Plan} plan
 * @param {number[]} before
 * @param {number[]} row
 */
function alike({x, y}, before, row) {
  const far = (/** @type {number} */ a, /** @type {number} */ b) => Math.hypot(x[a] - x[b], y[a] - y[b]);
  const [first, last] = [row[0], row[row.length - 1]];
  const [start, end] = [before[0], before[before.length - 1]];
  return far(first, start) + far(last, end) <= far(first, end) + far(last, start) ? row : row.toReversed();
}

/**
 * Along the first row, down the right ends, back along the last row, and up the
 * left ends.
 * @param {Path2D} path
 * @param {Plan} plan
 * @param {number[][]} rows
 */
function addPiece(path, {x, y, r}, rows) {
  if (rows.length === 1 && rows[0].length === 1) {
    const [i] = rows[0];
    path.moveTo(x[i] + r[i], y[i]);
    path.arc(x[i], y[i], r[i], 0, 2 * Math.PI);
    return;
  }
  const inner = rows.slice(1, -1);
  const around = [
    ...rows[0], ...inner.map(r => r[r.length - 1]), ...rows[rows.length - 1].toReversed(), ...inner.map(r => r[0]).reverse(),
  ];
  around.forEach((i, k) => (k ? path.lineTo(x[i], y[i]) : path.moveTo(x[i], y[i])));
  path.closePath();
}
