// The plan as the pages use it: every seat with its place, flat, in the order
// of the plan, which is the order of the live map.

import {t} from '../texts.js';
import {readAreas} from './areas.js';
import {boxOf, join, pointBox} from './box.js';

/**
 * @typedef {import('./box.js').Box} Box
 * @typedef {import('./areas.js').Area} Area
 * @typedef {{amount: number, currency: string}} Money
 * @typedef {{name: string, color: string, price: Money|null}} Category price is null only where no event gave one
 * @typedef {{guid: string, number: string, row: number, section: number, category: number}} Seat
 * @typedef {{x: number, y: number}} Point
 * @typedef {{label: string, section: number, seats: number[], named: string, seatNamed: string, labelAt: Point[]}} Row
 *   label is the bare row number; seats go from left to right; named and seatNamed are the plan's own words ('' or with
 *   %s for the number); labelAt is where the plan wants the label
 * @typedef {{name: string, rows: number[], seats: number[], box: Box}} Section
 * @typedef {{
 *   count: number, seats: Seat[], x: Float32Array, y: Float32Array, r: Float32Array, rows: Row[], sections: Section[],
 *   categories: Category[], areas: Area[], box: Box, indexOf: Map<string, number>,
 * }} Plan
 */

const defaultRadius = 10;
const ownShare = 0.47; // of the way to the next seat of the row, at most: seats never touch

/**
 * Reads a plan document, in its older or newer form. Colours and prices are the
 * event's; without any (a plan that is no event yet) they are the plan's.
 * @param {any} doc
 * @param {Category[]} [categories]
 * @returns {Plan}
 */
export function readPlan(doc, categories = []) {
  const all = [...categories];
  for (const {name, color} of doc.categories) {
    if (!all.some(c => c.name === name)) all.push({name, color: color ?? '', price: null});
  }
  const categoryOf = new Map(all.map((c, k) => [c.name, k]));
  let count = 0;
  for (const zone of doc.zones) for (const row of zone.rows) count += row.seats.length;
  /** @type {Plan} */
  const plan = {
    count, seats: new Array(count), x: new Float32Array(count), y: new Float32Array(count), r: new Float32Array(count),
    rows: [], sections: [], categories: all, areas: [], box: pointBox(0, 0, 0), indexOf: new Map(),
  };
  let next = 0;
  for (const zone of doc.zones) next = readZone(plan, zone, next, categoryOf);
  const frame = doc.size ? {x: 0, y: 0, w: doc.size.width, h: doc.size.height} : joined(plan.sections.map(s => s.box));
  plan.areas = doc.zones.flatMap((/** @type {any} */ zone) => readAreas(zone, frame));
  plan.box = joined([...plan.sections.map(s => s.box), ...plan.areas.map(a => a.box)]);
  return plan;
}

/** @param {Box[]} boxes */
const joined = boxes => boxes.length ? boxes.reduce(join) : pointBox(0, 0, 1);

/**
 * @param {Plan} plan
 * @param {any} zone
 * @param {number} next the index of its first seat
 * @param {Map<string, number>} categoryOf
 */
function readZone(plan, zone, next, categoryOf) {
  const first = next;
  const section = plan.sections.length;
  /** @type {number[]} */
  const rows = [];
  /** @type {[number, number][]} */
  const spans = [];
  for (const row of zone.rows) {
    if (row.seats.length === 0) continue;
    const start = next;
    next = readSeats(plan, zone, row, start, section, categoryOf);
    fitRadius(plan, start, next);
    rows.push(plan.rows.length);
    spans.push([start, next]);
    plan.rows.push({
      label: row.row_number, section, seats: [], named: row.row_label ?? '',
      seatNamed: row.seats[0].seat_label ?? row.seat_label ?? '', labelAt: labelPlaces(plan, row.row_number_position, start, next),
    });
  }
  const {x, y} = plan;
  const across = spans.reduce((sum, [start, end]) => sum + spread(x, start, end) - spread(y, start, end), 0) >= 0;
  spans.forEach(([start, end], k) => { plan.rows[rows[k]].seats = inOrder(plan, across ? x : y, start, end); });
  if (next > first) {
    plan.sections.push({
      name: zone.name || t.hall.unnamed(section + 1), rows, seats: range(first, next), box: boxOf(plan, first, next),
    });
  }
  return next;
}

/**
 * @param {Plan} plan
 * @param {any} zone
 * @param {any} row
 * @param {number} next
 * @param {number} section
 * @param {Map<string, number>} categoryOf
 */
function readSeats(plan, zone, row, next, section, categoryOf) {
  const x = zone.position.x + (row.position?.x ?? 0);
  const y = zone.position.y + (row.position?.y ?? 0);
  for (const seat of row.seats) {
    plan.x[next] = x + seat.position.x;
    plan.y[next] = y + seat.position.y;
    plan.r[next] = seat.radius || defaultRadius;
    plan.seats[next] = {
      guid: seat.seat_guid, number: seat.seat_number, row: plan.rows.length, section,
      category: categoryOf.get(seat.category) ?? 0,
    };
    plan.indexOf.set(seat.seat_guid, next);
    next++;
  }
  return next;
}

/**
 * Makes seats smaller that would cover the next one.
 * @param {Plan} plan
 * @param {number} start
 * @param {number} end
 */
function fitRadius({x, y, r}, start, end) {
  let near = Infinity;
  for (let i = start + 1; i < end; i++) {
    const d = Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]);
    if (d > r[i] / 2) near = Math.min(near, d); // nearer ones are the same place twice
  }
  for (let i = start; i < end; i++) r[i] = Math.min(r[i], near * ownShare);
}

/**
 * The seats of a row from left to right, in a section on the side from top to
 * bottom: the plan's order, turned where it runs the other way, sorted where it
 * jumps, as it does with odd numbers left and even ones right.
 * @param {Plan} plan
 * @param {Float32Array} along x or y
 * @param {number} start
 * @param {number} end
 */
function inOrder({x, y}, along, start, end) {
  const seats = range(start, end);
  const sorted = seats.toSorted((a, b) => along[a] - along[b]);
  const way = (/** @type {number[]} */ list) => {
    let sum = 0;
    for (let k = 1; k < list.length; k++) sum += Math.hypot(x[list[k]] - x[list[k - 1]], y[list[k]] - y[list[k - 1]]);
    return sum;
  };
  if (way(sorted) < way(seats) * 0.99) return sorted;
  return along[start] <= along[end - 1] ? seats : seats.reverse();
}

/**
 * @param {Float32Array} values
 * @param {number} start
 * @param {number} end
 */
function spread(values, start, end) {
  let least = Infinity;
  let most = -Infinity;
  for (let i = start; i < end; i++) {
    least = Math.min(least, values[i]);
    most = Math.max(most, values[i]);
  }
  return most - least;
}

/**
 * Where a row's label goes: beside its first or last seat or both, in line.
 * @param {Plan} plan
 * @param {string|null|undefined} position start, end, both, null for none
 * @param {number} start
 * @param {number} end
 * @returns {Point[]}
 */
function labelPlaces({x, y, r}, position, start, end) {
  if (position === null) return [];
  const last = end - 1;
  const beside = (/** @type {number} */ i, /** @type {number} */ next) => {
    const dx = i === next ? -1 : x[i] - x[next];
    const dy = i === next ? 0 : y[i] - y[next];
    const far = 2.3 * r[i] / (Math.hypot(dx, dy) || 1);
    return {x: x[i] + dx * far, y: y[i] + dy * far};
  };
  const places = [];
  if (position !== 'end') places.push(beside(start, Math.min(start + 1, last)));
  if (position !== 'start' && last > start) places.push(beside(last, last - 1));
  return places;
}

/**
 * @param {number} start
 * @param {number} end
 */
const range = (start, end) => Array.from({length: end - start}, (_, k) => start + k);

/**
 * The parts of a seat's name, bare: {section: 'Stalls', row: 'H', seat: '14'}.
 * @param {Plan} plan
 * @param {number} i
 */
export function seatName(plan, i) {
  const seat = plan.seats[i];
  return {section: plan.sections[seat.section].name, row: plan.rows[seat.row].label, seat: seat.number};
}

const longestLetters = 3; // a longer row number is a word of its own: "Box 1"

/**
 * A row as people say it: "row H", or as the plan words it, "Loge 3".
 * @param {Plan} plan
 * @param {number} k index of plan.rows
 */
export function rowText(plan, k) {
  const {named, label} = plan.rows[k];
  if (named) return named.replace('%s', label);
  return label && label.length <= longestLetters ? t.hall.row(label) : label;
}

/**
 * A seat as people say it: "Stalls, row H, seat 14".
 * @param {Plan} plan
 * @param {number} i
 */
export function seatText(plan, i) {
  const {section, row, number} = plan.seats[i];
  const {seatNamed} = plan.rows[row];
  const seat = seatNamed ? seatNamed.replace('%s', number) : number && t.hall.seat(number);
  return [plan.sections[section].name, rowText(plan, row), seat].filter(Boolean).join(', ');
}
