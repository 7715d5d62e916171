// The arithmetic of the chart: which points, on which scale.

import {dateAndHourOf, dateOf, hourOf, secondOf} from './formats.js';

/** @typedef {import('./history.js').Point} Point */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  5_000, 15_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour,
  12 * hour, day, 2 * day, 7 * day, 14 * day, 28 * day, 91 * day, 364 * day,
];

/**
 * The points of a stretch of time, with one at its beginning and one at its
 * end: the numbers hold until they change.
 * @param {Point[]} points
 * @param {number} from in ms; 0: the first point
 * @param {number} to
 * @returns {Point[]}
 */
export function shown(points, from, to) {
  if (!points.length) return [];
  const begin = from || points[0].time;
  const end = Math.max(to, points[points.length - 1].time, begin + minute);
  const inside = points.filter(p => p.time > begin);
  return [{...valueAt(points, begin), time: begin}, ...inside, {...points[points.length - 1], time: end}];
}

/**
 * The numbers at a time: those of the last point before it; before the first
 * point there was nothing.
 * @param {Point[]} points
 * @param {number} time
 * @returns {Point}
 */
export function valueAt(points, time) {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].time <= time) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? {time, sold: 0, held: 0} : {...points[low - 1], time};
}

/**
 * The line of a number that holds until it changes, at most one step a pixel.
 * @param {Point[]} points
 * @param {(p: Point) => number} value
 * @param {(time: number) => number} x
 * @param {(n: number) => number} y
 */
export function pathOf(points, value, x, y) {
  let path = `M${round(x(points[0].time))} ${round(y(value(points[0])))}`;
  points.forEach((p, k) => {
    const pixel = Math.floor(x(p.time));
    if (k === 0 || (k + 1 < points.length && Math.floor(x(points[k + 1].time)) === pixel)) return;
    path += `H${round(x(p.time))}V${round(y(value(p)))}`;
  });
  return path;
}

const round = (/** @type {number} */ n) => Math.round(10 * n) / 10;

/**
 * The scale of the numbers: where it ends, and the lines to draw.
 * @param {number} highest
 * @param {number} seats there are no more than these
 */
export function axisOf(highest, seats) {
  const rough = highest / 3;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map(m => m * ten).find(s => s >= rough) ?? 10 * ten);
  const most = Math.max(Math.min(Math.ceil(highest / step) * step, seats), highest);
  const ticks = [];
  for (let n = 0; n <= most; n += step) ticks.push(n);
  return {most, ticks};
}

/**
 * Times to write below, whole ones of the reader's clock, not more than most.
 * @param {number} from in ms
 * @param {number} to
 * @param {number} most
 */
export function ticksOf(from, to, most) {
  const step = timeSteps.find(s => (to - from) / s <= most) ?? timeSteps[timeSteps.length - 1];
  const zone = new Date(to).getTimezoneOffset() * minute;
  const ticks = [];
  const margin = (to - from) / 30; // a text at the very edge would be cut
  for (let time = Math.ceil((from - zone) / step) * step + zone; time <= to - margin; time += step) {
    if (time >= from + margin) ticks.push({time, text: step >= day ? dateOf(time) : step >= minute ? hourOf(time) : secondOf(time)});
  }
  return ticks;
}

/** A time in words, with the day where it is not today. @param {number} ms */
export const when = ms => new Date(ms).toDateString() === new Date().toDateString() ? secondOf(ms) : dateAndHourOf(ms);
