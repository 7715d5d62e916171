// A hall to choose seats in: the picture, what moves it, by pointer and by keys,
// and what its marks and colours mean; or the hall as a list.

import {number, t} from '../texts.js';
import {html, useEffect, useLayoutEffect, useRef, useState} from '../ui.js';
import {createHall} from './hall.js';
import {Legend} from './Legend.js';
import {SeatList} from './list.js';
import {GridKeys, SeatGrid} from './SeatGrid.js';
import {useView, ViewSwitch} from './ViewSwitch.js';

/**
 * @typedef {import('./hall.js').Hall} Hall
 * @typedef {{
 *   plan: import('./plan.js').Plan, map: import('./seatstate.js').SeatState,
 *   mine?: Set<number>, chosen?: Set<number>, conflicts?: Set<number>,
 *   onSeat?: (i: number) => void, onSection?: (k: number) => void, readOnly?: boolean, kinds?: import('./marks.js').Kind[], children?: any,
 * }} Props mine are held by this customer, chosen not held yet, conflicts just refused; readOnly: to look at, with no seats of
 *   one's own; kinds: what there can be, for the legend; children stand over the picture and may be a function that is given the hall
 */

/** @type {Set<number>} */
const none = new Set();
/** @type {import('./marks.js').Kind[]} */
const looked = ['free', 'held', 'sold', 'blocked'];

/** @param {Props} props */
export function SeatMap(props) {
  const {plan, map, mine = none, chosen = none, conflicts = none, readOnly, kinds = readOnly ? looked : undefined} = props;
  const [view, setView] = useView();
  const [clicked, setClicked] = useState(/** @type {number|null} */ (null));
  const picture = useRef(/** @type {HTMLElement|null} */ (null));
  const latest = useRef(props); // the hall is made once, what it calls may change
  latest.current = props;
  const [hall, setHall] = useState(/** @type {Hall|null} */ (null));

  useLayoutEffect(() => {
    const made = createHall(/** @type {HTMLElement} */ (picture.current), plan, {
      label: t.hall.picture(number(plan.count)),
      onSeat: i => {
        setClicked(i);
        latest.current.onSeat?.(i);
      },
      onSection: k => latest.current.onSection?.(k),
    });
    made.setMap(map.text());
    const end = map.subscribe(changed => {
      if (changed) made.change(changed.map(i => [i, map.at(i)]));
      else made.setMap(map.text());
    });
    setHall(made);
    return () => {
      end();
      made.destroy();
    };
  }, [plan, map]);
  useEffect(() => hall?.setMine(mine), [hall, mine]);
  useEffect(() => hall?.setChosen(chosen), [hall, chosen]);
  useEffect(() => hall?.setConflicts(conflicts), [hall, conflicts]);

  const onSeat = (/** @type {number} */ i) => props.onSeat?.(i);
  const seats = {plan, map, mine, chosen, conflicts, onSeat, readOnly};
  return html`
    <div class="seatmap">
      <${ViewSwitch} view=${view} onView=${setView} />
      ${view === 'list' && html`<${SeatList} ...${seats} />`}
      <div class="hall" ref=${picture} style=${{aspectRatio: plan.box.w / plan.box.h}} hidden=${view === 'list'}>
        ${hall && html`<${SeatGrid} ...${seats} hall=${hall} at=${clicked} />`}
        ${hall && html`<${ZoomButtons} hall=${hall} />`}
        ${hall && (typeof props.children === 'function' ? props.children(hall) : props.children)}
      </div>
      <${GridKeys} />
      <${Legend} categories=${plan.categories} kinds=${kinds} />
    </div>`;
}

/** @param {{hall: Hall}} props */
const ZoomButtons = ({hall}) => html`
  <div class="hall-zoom" role="group" aria-label=${t.hall.zoom}>
    <button type="button" aria-label=${t.hall.zoomIn} title=${t.hall.zoomIn} onClick=${() => hall.zoomBy(1.7)}><${Icon} d="M10 4v12M4 10h12" /></button>
    <button type="button" aria-label=${t.hall.zoomOut} title=${t.hall.zoomOut} onClick=${() => hall.zoomBy(1 / 1.7)}><${Icon} d="M4 10h12" /></button>
    <button type="button" aria-label=${t.hall.fit} title=${t.hall.fit} onClick=${() => hall.fit()}><${Icon} d="M7 3H3v4M13 3h4v4M7 17H3v-4M13 17h4v-4" /></button>
  </div>`;

/** @param {{d: string}} props */
const Icon = ({d}) => html`
  <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d=${d} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" /></svg>`;
