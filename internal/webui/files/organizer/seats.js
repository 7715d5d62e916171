// The hall as its organizer sees it: choose seats to keep from sale, and see
// who has the others.

import {SeatMap} from '../hall/SeatMap.js';
import {rowText} from '../hall/plan.js';
import {number, t} from '../texts.js';
import {html, useEffect, useState} from '../ui.js';
import {BlockForm} from './blockform.js';
import {Blocks} from './blocks.js';
import {SeatCard} from './seatcard.js';

const words = t.organizer.seats;
/** @type {import('../hall/marks.js').Kind[]} */
const kinds = ['free', 'chosen', 'held', 'sold', 'blocked']; // no seat is an organizer's own
const conflictTime = 6000; // ms for which refused seats are shown

/**
 * @param {{
 *   event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, map: import('../hall/seatstate.js').SeatState,
 *   blocks: import('./blocks.js').Block[], reloadBlocks(): Promise<void>, showOrder(id: string): void,
 * }} props
 */
export function Seats({event, plan, map, blocks, reloadBlocks, showOrder}) {
  const {chosen, setChosen, note, setNote} = useChosen(map);
  const {conflicts, setConflicts} = useConflicts();
  const [looked, setLooked] = useState(/** @type {number|null} */ (null));

  /** @param {number} i */
  function onSeat(i) {
    setNote('');
    if (map.at(i) !== '.') return setLooked(i);
    setLooked(null);
    const next = new Set(chosen);
    if (!next.delete(i)) next.add(i);
    setChosen(next);
  }

  /** @param {number[]} seats */
  function add(seats) {
    const free = seats.filter(i => map.at(i) === '.' && !chosen.has(i));
    setChosen(new Set([...chosen, ...free]));
    setNote(free.length ? words.added(number(free.length)) : words.addedNone);
  }

  /** @param {string[]} guids */
  function refused(guids) {
    const seats = guids.flatMap(g => plan.indexOf.get(g) ?? []);
    setConflicts(new Set(seats));
    setChosen(new Set([...chosen].filter(i => !seats.includes(i))));
  }

  return html`
    <div class="seats-tab">
      <div class="hall-side">
        <p class="quiet">${words.hint}</p>
        <section aria-label=${words.mapLabel(event.name)}>
          <${SeatMap} plan=${plan} map=${map} chosen=${chosen} conflicts=${conflicts} kinds=${kinds} onSeat=${onSeat} />
        </section>
        <${RowPicker} plan=${plan} onAdd=${add} />
      </div>
      <div class="side">
        <div aria-live="polite">
          ${looked !== null && html`<${SeatCard} key=${looked} ...${{event, plan, map, blocks, showOrder}} seat=${looked} onClose=${() => setLooked(null)} />`}
        </div>
        <${BlockForm} ...${{event, plan, chosen, note, setNote, refused}} onClear=${() => setChosen(new Set())}
          onBlocked=${(/** @type {string} */ said) => { setChosen(new Set()); setNote(said); return reloadBlocks(); }} />
        <${Blocks} ...${{event, plan, blocks, reloadBlocks}} />
      </div>
    </div>
    ${chosen.size > 0 && html`
      <div class="chosen-bar">
        <strong>${words.chosen(number(chosen.size))}</strong>
        <button class="primary" onClick=${() => document.getElementById('block-reason')?.focus()}>${words.toForm}</button>
      </div>`}`;
}

/**
 * The seats that are chosen: those that are no longer free leave. That a buyer
 * took some is told; that they are kept from sale is what they were chosen for.
 * @param {import('../hall/seatstate.js').SeatState} map
 */
function useChosen(map) {
  const [chosen, setChosen] = useState(/** @type {Set<number>} */ (new Set()));
  const [note, setNote] = useState('');
  useEffect(() => map.subscribe(() => {
    const left = [...chosen].filter(i => map.at(i) === '.');
    if (left.length === chosen.size) return;
    setChosen(new Set(left));
    const taken = [...chosen].filter(i => map.at(i) !== '.' && map.at(i) !== 'x').length;
    if (taken) setNote(words.lost(number(taken)));
  }), [map, chosen]);
  return {chosen, setChosen, note, setNote};
}

function useConflicts() {
  const [conflicts, setConflicts] = useState(/** @type {Set<number>} */ (new Set()));
  useEffect(() => {
    if (!conflicts.size) return;
    const timer = setTimeout(() => setConflicts(new Set()), conflictTime);
    return () => clearTimeout(timer);
  }, [conflicts]);
  return {conflicts, setConflicts};
}

/**
 * Chooses a row or a section at once, without the picture.
 * @param {{plan: import('../hall/plan.js').Plan, onAdd(seats: number[]): void}} props
 */
function RowPicker({plan, onAdd}) {
  const [section, setSection] = useState(0);
  const [row, setRow] = useState('');
  const pick = (/** @type {(value: string) => void} */ set) => (/** @type {{currentTarget: HTMLSelectElement}} */ e) => set(e.currentTarget.value);
  const choose = () => onAdd(row === '' ? plan.sections[section].seats : plan.rows[Number(row)].seats);
  return html`
    <fieldset class="row-picker">
      <legend>${words.chooseRows}</legend>
      <div class="entry">
        <label for="pick-section">${words.section}</label>
        <select id="pick-section" value=${section} onChange=${pick(v => { setSection(Number(v)); setRow(''); })}>
          ${plan.sections.map((s, k) => html`<option key=${k} value=${k}>${s.name}</option>`)}
        </select>
      </div>
      <div class="entry">
        <label for="pick-row">${words.row}</label>
        <select id="pick-row" value=${row} onChange=${pick(setRow)}>
          <option value="">${words.wholeSection}</option>
          ${plan.sections[section].rows.map(k => html`<option key=${k} value=${k}>${rowText(plan, k) || plan.rows[k].label}</option>`)}
        </select>
      </div>
      <button type="button" onClick=${choose}>${words.add}</button>
    </fieldset>`;
}
