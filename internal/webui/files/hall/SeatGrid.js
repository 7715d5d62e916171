// The grid as a part of the page, over the picture it moves.

import {t} from '../texts.js';
import {html, useEffect, useLayoutEffect, useRef} from '../ui.js';
import {createGrid} from './grid.js';
import {lookOf} from './look.js';

/** @typedef {import('./hall.js').Hall} Hall */

const closer = 1.4; // what + and - zoom by

/**
 * at is where Tab comes to: the seat that was clicked last.
 * @param {{
 *   hall: Hall, plan: import('./plan.js').Plan, map: import('./seatstate.js').SeatState, mine: Set<number>,
 *   chosen: Set<number>, onSeat(i: number): void, at: number|null, readOnly?: boolean,
 * }} props
 */
export function SeatGrid(props) {
  const {hall, plan, map, mine, chosen, at} = props;
  const element = useRef(/** @type {HTMLElement|null} */ (null));
  const grid = useRef(/** @type {ReturnType<typeof createGrid>|null} */ (null));
  const now = useRef(props);
  now.current = props;

  useLayoutEffect(() => {
    const made = createGrid(/** @type {HTMLElement} */ (element.current), plan, {
      label: t.list.seatsOf(plan.name), describedBy: 'hall-keys', readOnly: props.readOnly,
      state: i => lookOf(map, now.current.mine, now.current.chosen, i),
      onSeat: i => now.current.onSeat(i),
      onLeave: () => leave(element.current),
      onFocus: i => focused(hall, i),
      onKey: key => zoom(hall, key, made.at),
      place: i => hall.placeOf(i),
    });
    grid.current = made;
    const end = map.subscribe(changed => made.refresh(changed));
    return () => {
      end();
      made.destroy();
    };
  }, [hall, plan, map]);
  useLayoutEffect(() => grid.current?.refresh(null), [mine, chosen]);
  useEffect(() => { if (at !== null) grid.current?.moveTo(at); }, [at]);

  return html`<div class="hall-grid" ref=${element}></div>`;
}

/** How to move, for the grid's description and to be seen while one does. */
export const GridKeys = () => html`<p class="hall-keys" id="hall-keys">${t.list.keys}</p>`;

/**
 * Back to what the reader came by: the switch of the views.
 * @param {HTMLElement|null} element
 */
function leave(element) {
  const on = element?.closest('.seatmap')?.querySelector('.views [aria-pressed=true]');
  if (on instanceof HTMLElement) on.focus();
}

/**
 * @param {Hall} hall
 * @param {number|null} i
 */
function focused(hall, i) {
  if (i !== null) hall.reveal(i);
  hall.setFocus(i);
}

/**
 * Whether a key was one that zooms.
 * @param {Hall} hall
 * @param {string} key
 * @param {number} at the seat in focus, which stays in sight
 */
function zoom(hall, key, at) {
  if (key === '0') {
    hall.fit();
    return true;
  }
  if (key !== '+' && key !== '=' && key !== '-') return false;
  hall.zoomBy(key === '-' ? 1 / closer : closer);
  hall.reveal(at);
  return true;
}
