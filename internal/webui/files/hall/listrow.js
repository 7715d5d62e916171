// One row of seats in the list: a toolbar, so that Tab goes from row to row and
// the arrow keys from seat to seat.

import {money, t} from '../texts.js';
import {html, useMemo, useRef, useState} from '../ui.js';
import {rowText, seatPart} from './plan.js';

/**
 * @typedef {import('./look.js').SeatLook} SeatLook
 * @typedef {{
 *   plan: import('./plan.js').Plan, row: number, seats: number[], looks: SeatLook[], conflicts: number[],
 *   onSeat(i: number): void, readOnly?: boolean,
 * }} RowProps looks are those of seats, in the same order; conflicts are the seats that were refused just now
 */

/** @param {RowProps} props */
export function RowSeats({plan, row, seats, looks, conflicts, onSeat, readOnly}) {
  const [at, setAt] = useState(-1);
  const name = rowText(plan, row);
  const tabbed = seats.includes(at) ? at : seats[0];
  const choose = useRef(onSeat);
  choose.current = onSeat;
  // The same seats in the same states are not drawn again.
  return useMemo(() => html`
    <div class="seat-row">
      <span class="seat-row-name" aria-hidden="true"><b>${name}</b><small>${rowPrice(plan, seats)}</small></span>
      <div role="toolbar" aria-label=${name}>
        ${seats.map((i, k) => html`
          <${SeatButton} key=${i} plan=${plan} i=${i} look=${looks[k]} refused=${conflicts.includes(i)} tabbed=${i === tabbed}
            readOnly=${readOnly} onSeat=${() => choose.current(i)} onFocus=${() => setAt(i)} />`)}
      </div>
    </div>`, [seats.join(), looks.join(), conflicts.join(), tabbed, readOnly]);
}

/**
 * What the seats of a row cost: one price, or from which to which.
 * @param {import('./plan.js').Plan} plan
 * @param {number[]} seats
 */
function rowPrice(plan, seats) {
  const prices = seats.flatMap(i => plan.categories[plan.seats[i].category].price ?? []).sort((a, b) => a.amount - b.amount);
  const [least, most] = [prices[0], prices[prices.length - 1]];
  if (!least) return '';
  return least.amount === most.amount ? money(least) : t.list.prices(money(least), money(most));
}

/**
 * @param {{
 *   plan: import('./plan.js').Plan, i: number, look: SeatLook, refused: boolean, tabbed: boolean, readOnly?: boolean,
 *   onSeat(): void, onFocus(): void,
 * }} props
 */
function SeatButton({plan, i, look, refused, tabbed, readOnly, onSeat, onFocus}) {
  const {number, category} = plan.seats[i];
  const {price, color} = plan.categories[category];
  const own = look === 'mine' || look === 'chosen';
  return html`
    <button type="button" class=${`seat ${look}${refused ? ' refused' : ''}`} style=${{'--category': color}} tabindex=${tabbed ? 0 : -1}
      aria-label=${[seatPart(plan, i), price && money(price), t.states[look]].filter(Boolean).join(', ')}
      aria-pressed=${readOnly ? undefined : own} aria-disabled=${!readOnly && !own && look !== 'free' ? 'true' : undefined}
      onClick=${onSeat} onFocus=${onFocus}>${number}</button>`;
}

/**
 * Moves the focus along a row, and to the row above or below.
 * @param {KeyboardEvent} e
 */
export function moveInRows(e) {
  if (e.altKey || e.ctrlKey || e.metaKey || !(e.target instanceof HTMLElement)) return;
  const row = e.target.closest('[role=toolbar]');
  if (!row) return;
  const to = target(e.key, /** @type {HTMLElement} */ (e.target), row, /** @type {HTMLElement} */ (e.currentTarget));
  if (!to) return;
  e.preventDefault();
  to.focus();
}

/**
 * @param {string} key
 * @param {HTMLElement} from
 * @param {Element} row
 * @param {HTMLElement} all
 * @returns {HTMLElement|null|undefined}
 */
function target(key, from, row, all) {
  switch (key) {
    case 'ArrowLeft': return /** @type {HTMLElement|null} */ (from.previousElementSibling);
    case 'ArrowRight': return /** @type {HTMLElement|null} */ (from.nextElementSibling);
    case 'Home': return /** @type {HTMLElement|null} */ (row.firstElementChild);
    case 'End': return /** @type {HTMLElement|null} */ (row.lastElementChild);
    case 'ArrowUp': return inRow(all, row, -1, from);
    case 'ArrowDown': return inRow(all, row, 1, from);
    default: return null;
  }
}

/**
 * The seat in the row above or below that is nearest by its place in the page.
 * @param {HTMLElement} all
 * @param {Element} row
 * @param {1|-1} way
 * @param {HTMLElement} from
 */
function inRow(all, row, way, from) {
  const rows = [...all.querySelectorAll('[role=toolbar]')];
  const next = rows[rows.indexOf(row) + way];
  if (!next) return undefined;
  const aside = (/** @type {Element} */ seat) => Math.abs(/** @type {HTMLElement} */ (seat).offsetLeft - from.offsetLeft);
  return /** @type {HTMLElement} */ ([...next.children].reduce((best, seat) => aside(seat) < aside(best) ? seat : best));
}
