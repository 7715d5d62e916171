// Many seats in few words.

import {rowText} from '../hall/plan.js';
import {number, t} from '../texts.js';

/** @typedef {import('../hall/plan.js').Plan} Plan */

/**
 * Seats by their rows, neighbours joined: ["Stalls, row H: 3–7, 9"].
 * @param {Plan} plan
 * @param {Iterable<number>} seats indices
 */
export function rowsOf(plan, seats) {
  /** @type {Map<number, Set<number>>} */
  const byRow = new Map();
  for (const i of [...seats].sort((a, b) => a - b)) {
    const {row} = plan.seats[i];
    byRow.set(row, (byRow.get(row) ?? new Set()).add(i));
  }
  return [...byRow].map(([row, wanted]) =>
    t.organizer.seats.rowSeats(plan.sections[plan.rows[row].section].name, rowText(plan, row), runsOf(plan, row, wanted).join(', ')));
}

/**
 * @param {Plan} plan
 * @param {number} row
 * @param {Set<number>} wanted
 */
function runsOf(plan, row, wanted) {
  /** @type {string[][]} */
  const runs = [];
  let open = false;
  for (const i of plan.rows[row].seats) {
    if (wanted.has(i) && open) runs[runs.length - 1].push(plan.seats[i].number);
    else if (wanted.has(i)) runs.push([plan.seats[i].number]);
    open = wanted.has(i);
  }
  return runs.map(run => {
    const ends = [run[0], run[run.length - 1]];
    if (Number(ends[0]) > Number(ends[1])) ends.reverse();
    return run.length === 1 ? ends[0] : ends.join(run.length === 2 ? ', ' : '–');
  });
}

/**
 * As rowsOf in one text, cut where it gets long.
 * @param {Plan} plan
 * @param {Iterable<number>} seats indices
 * @param {number} [most] rows
 */
export function seatsText(plan, seats, most = 3) {
  const rows = rowsOf(plan, seats);
  const left = rows.length - most;
  return left > 0 ? [...rows.slice(0, most), t.organizer.seats.more(number(left))].join('; ') : rows.join('; ');
}

/**
 * The indices of seats by their names; names that the plan lacks are left out.
 * @param {Plan} plan
 * @param {string[]} guids
 */
export const indicesOf = (plan, guids) => guids.flatMap(g => plan.indexOf.get(g) ?? []);
