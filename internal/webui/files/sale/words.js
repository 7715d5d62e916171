// Seats and refusals in words.

import {nameOf} from '../hall/letters.js';
import {rowText, seatPart, seatText} from '../hall/plan.js';
import {list, shortTime, t} from '../texts.js';

/** @typedef {import('../hall/plan.js').Plan} Plan */

const mostNamed = 6;

/**
 * Several seats in one sentence: "Stalls, row H, seat 14 and Stalls, row H, seat 15".
 * Those of one row have it said once: "Stalls, row H, seats 14 and 15".
 * @param {Plan} plan
 * @param {Iterable<number>} seats indices
 */
export function seatsText(plan, seats) {
  const all = [...seats];
  const named = all.slice(0, mostNamed);
  const parts = byRow(plan, named).map(row => rowOfSeats(plan, row));
  if (all.length > named.length) parts.push(t.event.andMore(all.length - named.length));
  return parts.length === 1 ? parts[0] : list(parts);
}

/**
 * The seats, grouped by their rows, in the order of the rows' first seats.
 * @param {Plan} plan
 * @param {number[]} seats
 */
export function byRow(plan, seats) {
  /** @type {Map<number, number[]>} */
  const rows = new Map();
  for (const i of seats) {
    const {row} = plan.seats[i];
    rows.set(row, [...rows.get(row) ?? [], i]);
  }
  return [...rows.values()];
}

/**
 * @param {Plan} plan
 * @param {number[]} seats of one row
 */
function rowOfSeats(plan, seats) {
  if (seats.length === 1) return seatText(plan, seats[0]);
  const {row, section} = plan.seats[seats[0]];
  const each = plan.rows[row].seatNamed ? list(seats.map(i => seatPart(plan, i))) : t.event.seats(list(seats.map(i => plan.seats[i].number)));
  return [plan.sections[section].name, rowText(plan, row), each].filter(Boolean).join(', ');
}

/**
 * What a refusal means for the customer, and what to do.
 * @param {Plan} plan
 * @param {import('../problem.js').Problem} p
 */
export function problemText(plan, p) {
  const words = /** @type {Record<string, string|((p: Told) => string)>} */ (t.event.refused)[p.code];
  if (typeof words !== 'function') return words ?? sentence(p.detail);
  const seats = p.seats.map(guid => plan.indexOf.get(guid)).filter(i => i !== undefined);
  return words({
    detail: sentence(p.detail), seats: seats.length ? seatsText(plan, seats) : '',
    again: p.retryAfter ? shortTime(Date.now() + p.retryAfter * 1000) : '',
  });
}

/** @typedef {{detail: string, seats: string, again: string}} Told */

/**
 * The service's details begin small, some with the name of a field, and end
 * without a point.
 * @param {string} detail
 */
function sentence(detail) {
  const text = detail.replace(/^[a-z_]+: /, '');
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/**
 * Why a seat cannot be chosen.
 * @param {import('../hall/seatstate.js').State} state
 */
export const stateText = state => t.states[nameOf[state]];
