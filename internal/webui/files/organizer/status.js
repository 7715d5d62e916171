// How an event and its numbers are shown.

import {nameOf} from '../hall/letters.js';
import {t} from '../texts.js';
import {html} from '../ui.js';

/**
 * @typedef {{amount: number, currency: string}} Money
 * @typedef {{
 *   id: string, name: string, starts_at: string, on_sale_at: string|null, off_sale_at: string|null,
 *   status: 'scheduled'|'on_sale'|'closed', seat_count: number, categories: {name: string, color: string, price: Money}[],
 *   hold_ttl_seconds: number, max_seats_per_customer: number,
 * }} Event as the API shows it
 * @typedef {import('../hall/seatstate.js').Counts} Counts
 */

/** In the order in which they are shown, the most wanted first. @type {(keyof Counts)[]} */
export const states = ['sold', 'held', 'free', 'blocked'];

/** @param {{status: Event['status']}} props */
export const StatusMark = ({status}) => html`<span class="mark ${status}">${t.organizer.status[status]}</span>`;

/**
 * The states' shares as one bar; the numbers beside it say the same.
 * @param {{counts: Counts}} props
 */
export function Shares({counts}) {
  return html`
    <svg class="shares" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      ${bars(counts).map(b => html`<rect class=${`fill-${b.state}`} x=${b.from} y="0" width=${b.width} height="1" />`)}
    </svg>`;
}

/** @param {Counts} counts */
function bars(counts) {
  const all = states.reduce((sum, state) => sum + counts[state], 0) || 1;
  let from = 0;
  return states.map(state => {
    const bar = {state, from, width: 100 * counts[state] / all};
    from += bar.width;
    return bar;
  });
}

/**
 * Counts a whole map.
 * @param {string} seats as the API gives it: '.' free, 'h' held, 's' sold, 'x' blocked
 * @returns {Counts}
 */
export function countsOf(seats) {
  const counts = {free: 0, held: 0, sold: 0, blocked: 0};
  for (const s of seats) counts[nameOf[s]]++;
  return counts;
}
