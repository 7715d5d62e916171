// The grid as a part of the page, over the picture it moves.

import {t} from '../texts.js';
import {html, useEffect, useLayoutEffect, useRef} from '../ui.js';
import {createGrid} from './grid.js';
import {lookOf} from './look.js';

/**
 * What the grid needs of the picture. place tells where a seat is drawn, in CSS
 * pixels of the picture's element.
 * @typedef {{
 *   reveal(i: number): void, setFocus(i: number|null): void, zoomBy(factor: number): void, fit(): void,
 *   place?(i: number): {x: number, y: number, r: number},
 * }} Picture
 */

const closer = 1.4; // what + and - zoom by

/**
 * at is where Tab comes to: the seat that was clicked last, for instance.
 * @param {{
 *   hall: Picture|null, plan: import('./plan.js').Plan, map: import('./seatstate.js').SeatState, mine: Set<number>,
 *   chosen: Set<number>, label: string, onSeat(i: number): void, onLeave(): void, at?: number|null, readOnly?: boolean,
 * }} props
 */
export function SeatGrid(props) {
  const {hall, plan, map, mine, chosen, at} = props;
  const element = useRef(/** @type {HTMLElement|null} */ (null));
  const grid = useRef(/** @type {ReturnType<typeof createGrid>|null} */ (null));
  const now = useRef(props);
  now.current = props;

  useLayoutEffect(() => {
    if (!hall || !element.current) return undefined;
    const made = createGrid(element.current, plan, {
      label: props.label, describedBy: 'hall-keys', readOnly: props.readOnly,
      state: i => lookOf(map, now.current.mine, now.current.chosen, i),
      onSeat: i => now.current.onSeat(i),
      onLeave: () => now.current.onLeave(),
      onFocus: i => focused(hall, i),
      onKey: key => zoom(hall, key, made.at),
      place: hall.place?.bind(hall),
    });
    grid.current = made;
    const end = map.subscribe(changed => made.refresh(changed));
    return () => {
      end();
      made.destroy();
    };
  }, [hall, plan, map]);
  useLayoutEffect(() => grid.current?.refresh(null), [mine, chosen]);
  useEffect(() => { if (typeof at === 'number') grid.current?.moveTo(at); }, [at]);

  return html`
    <div class="hall-grid" ref=${element}></div>
    <p class="hall-keys" id="hall-keys">${t.list.keys}</p>`;
}

/**
 * @param {Picture} hall
 * @param {number|null} i
 */
function focused(hall, i) {
  if (i !== null) hall.reveal(i);
  hall.setFocus(i);
}

/**
 * Whether a key was one that zooms.
 * @param {Picture} hall
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
