// The hall as a list: sections, their rows, their seats, for readers of the
// screen and for whoever likes it better. Only opened sections have seats in the
// page.

import {money, number, t} from '../texts.js';
import {html, useEffect, useMemo, useState} from '../ui.js';
import {RowSeats, moveInRows} from './listrow.js';
import {lookOf} from './look.js';

/**
 * @typedef {import('./plan.js').Plan} Plan
 * @typedef {{
 *   plan: Plan, map: import('./seatstate.js').SeatState, mine: Set<number>, chosen: Set<number>, conflicts: Set<number>,
 *   onSeat(i: number): void, readOnly?: boolean,
 * }} ListProps
 * @typedef {{onlyFree: boolean, category: number}} Filter category is an index, -1 for all
 */

/** @param {ListProps} props */
export function SeatList(props) {
  const {plan, map} = props;
  useEachChange(map);
  const [filter, setFilter] = useState(/** @type {Filter} */ ({onlyFree: false, category: -1}));
  const [opened, setOpened] = useState(() => new Set(plan.sections.length === 1 ? [0] : []));
  const toggle = (/** @type {number} */ s) => {
    const next = new Set(opened);
    if (!next.delete(s)) next.add(s);
    setOpened(next);
  };
  return html`
    <div class="seat-list">
      <${Filters} plan=${plan} filter=${filter} onFilter=${setFilter} />
      ${plan.sections.map((_, s) => html`
        <${SectionPart} key=${s} ...${props} s=${s} filter=${filter} open=${opened.has(s)} onToggle=${() => toggle(s)} />`)}
    </div>`;
}

/**
 * Draws again after changes of the map, at most once a frame.
 * @param {import('./seatstate.js').SeatState} map
 */
function useEachChange(map) {
  const [, redraw] = useState({});
  useEffect(() => {
    let frame = 0;
    const end = map.subscribe(() => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        redraw({});
      });
    });
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, [map]);
}

/** @param {{plan: Plan, filter: Filter, onFilter(filter: Filter): void}} props */
function Filters({plan, filter, onFilter}) {
  const named = (/** @type {import('./plan.js').Category} */ c) => c.price ? `${c.name}, ${money(c.price)}` : c.name;
  return html`
    <div class="seat-filters" role="group" aria-label=${t.list.filter}>
      <label class="check">
        <input type="checkbox" checked=${filter.onlyFree}
          onChange=${(/** @type {any} */ e) => onFilter({...filter, onlyFree: e.target.checked})} />${t.list.onlyFree}
      </label>
      <label>${t.list.category}
        <select value=${filter.category} onChange=${(/** @type {any} */ e) => onFilter({...filter, category: Number(e.target.value)})}>
          <option value="-1">${t.list.allCategories}</option>
          ${plan.categories.map((c, k) => html`<option value=${k}>${named(c)}</option>`)}
        </select>
      </label>
    </div>`;
}

/** @param {ListProps & {s: number, filter: Filter, open: boolean, onToggle(): void}} props */
function SectionPart(props) {
  const {plan, map, s, filter, open, onToggle} = props;
  const section = plan.sections[s];
  const {free, total} = tally(plan, map, section, filter.category);
  if (total === 0) return null;
  const count = t.list.free(number(free), number(total));
  return html`
    <section class="seat-section">
      <h2>
        <button class="plain" aria-label=${`${section.name}, ${count}`} aria-expanded=${open} aria-controls=${`section-${s}`} onClick=${onToggle}>
          <span>${section.name}</span> <small>${count}</small>
        </button>
      </h2>
      ${open && html`<div id=${`section-${s}`}><${SectionSeats} ...${props} /></div>`}
    </section>`;
}

/**
 * How many seats of a category a section has, and how many are free.
 * @param {Plan} plan
 * @param {import('./seatstate.js').SeatState} map
 * @param {import('./plan.js').Section} section
 * @param {number} category -1 for all
 */
function tally(plan, map, section, category) {
  if (category < 0) return {free: map.countsOf(section).free, total: section.seats.length};
  const seats = section.seats.filter(i => plan.seats[i].category === category);
  return {free: seats.filter(i => map.at(i) === '.').length, total: seats.length};
}

/** @param {ListProps & {s: number, filter: Filter}} props */
function SectionSeats({plan, map, mine, chosen, conflicts, onSeat, readOnly, s, filter}) {
  const section = plan.sections[s];
  const look = (/** @type {number} */ i) => lookOf(map, mine, chosen, i);
  // A seat that someone else takes now stays where it is, and is shown taken:
  // nothing moves under a finger, and the focus is not lost.
  const listed = useMemo(() => new Set(), [filter.onlyFree, filter.category]);
  for (const i of section.seats) {
    if (filter.category >= 0 && plan.seats[i].category !== filter.category) continue;
    if (!filter.onlyFree || ['free', 'mine', 'chosen'].includes(look(i))) listed.add(i);
  }
  if (listed.size === 0) return html`<p class="quiet">${t.list.noneFree}</p>`;
  return html`
    <div onKeyDown=${moveInRows}>
      ${section.rows.map(k => {
        const seats = plan.rows[k].seats.filter(i => listed.has(i));
        return seats.length > 0 && html`
          <${RowSeats} key=${k} plan=${plan} row=${k} seats=${seats} looks=${seats.map(look)}
            conflicts=${seats.filter(i => conflicts.has(i))} onSeat=${onSeat} readOnly=${readOnly} />`;
      })}
    </div>`;
}
