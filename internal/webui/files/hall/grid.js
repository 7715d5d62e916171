// The keyboard's and the screen reader's hall: a grid of seats that lies unseen
// over the picture and moves it. Only the rows around the focus exist, however
// many seats there are.

import {money, t} from '../texts.js';
import {rowText, seatText} from './plan.js';
import {Steps} from './steps.js';

const around = 2; // rows that exist above and below the one in focus

/** @type {Record<string, import('./steps.js').Step>} */
const steps = {
  ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down', Home: 'rowStart', End: 'rowEnd',
  PageUp: 'sectionBefore', PageDown: 'sectionAfter', 'Ctrl+Home': 'first', 'Ctrl+End': 'last',
};

/**
 * @typedef {import('./plan.js').Plan} Plan
 * @typedef {'free'|'held'|'sold'|'blocked'|'mine'|'chosen'} SeatLook
 * @typedef {{
 *   label: string, describedBy: string, readOnly?: boolean,
 *   state(i: number): SeatLook,
 *   onSeat(i: number): void,
 *   onFocus(i: number|null): void,
 *   onLeave(): void,
 *   onKey(key: string): boolean,
 *   place(i: number): {x: number, y: number, r: number},
 * }} GridOptions onFocus: the seat in focus, null once the grid has none; onLeave: Escape was pressed; onKey: takes other
 *   keys; place: where the picture shows a seat, in CSS pixels of the element
 */

/**
 * Makes an element the grid of a hall.
 * @param {HTMLElement} element
 * @param {Plan} plan
 * @param {GridOptions} options
 */
export function createGrid(element, plan, options) {
  const way = new Steps(plan);
  /** The rows that exist, by index of plan.rows. @type {Map<number, HTMLElement>} */
  const shown = new Map();
  let at = plan.rows[0]?.seats[0] ?? -1;

  describe(element, plan, options);

  /** @param {number} i */
  const cellOf = i => {
    const row = plan.seats[i].row;
    return /** @type {HTMLElement|undefined} */ (shown.get(row)?.children[plan.rows[row].seats.indexOf(i)]);
  };

  /**
   * Makes the rows around a seat exist, and it the one that Tab comes to.
   * @param {number} i
   */
  function show(i) {
    const middle = plan.seats[i].row;
    for (let k = Math.max(0, middle - around); k <= Math.min(plan.rows.length - 1, middle + around); k++) {
      if (!shown.has(k)) insert(k);
    }
    cellOf(at)?.setAttribute('tabindex', '-1');
    cellOf(i)?.setAttribute('tabindex', '0');
    at = i;
  }

  /** @param {number} k */
  function insert(k) {
    const row = makeRow(plan, k, options);
    const after = [...shown.keys()].filter(other => other > k).sort((a, b) => a - b)[0];
    element.insertBefore(row, shown.get(after) ?? null);
    shown.set(k, row);
  }

  function forget() {
    const middle = plan.seats[at].row;
    for (const [k, row] of shown) {
      if (Math.abs(k - middle) <= around) continue;
      row.remove();
      shown.delete(k);
    }
  }

  /** @param {number} i */
  function focus(i) {
    show(i);
    cellOf(i)?.focus({preventScroll: true});
    forget(); // not before the focus has left them
  }

  /** @param {KeyboardEvent} e */
  function pressed(e) {
    if (e.altKey || e.metaKey) return;
    const key = e.ctrlKey ? `Ctrl+${e.key}` : e.key;
    const step = steps[key];
    if (step) focus(way.from(at, step));
    else if (key === 'Enter' || key === ' ') { if (!e.repeat) options.onSeat(at); }
    else if (key === 'Escape') options.onLeave();
    else if (!options.onKey(key)) return;
    e.preventDefault();
  }

  /**
   * The seat that an event is about.
   * @param {Event} e
   */
  const seatOf = e => Number(/** @type {HTMLElement} */ (e.target).dataset.seat);

  /** @param {FocusEvent} e */
  function entered(e) {
    const i = seatOf(e);
    if (i !== at) show(i); // a screen reader has set the focus by itself
    options.onFocus(i);
    const cell = cellOf(i);
    const spot = options.place(i); // after onFocus: the picture may have moved
    if (cell) lay(cell, spot);
  }

  /** @param {FocusEvent} e */
  function left(e) {
    if (!(e.relatedTarget instanceof Node) || !element.contains(e.relatedTarget)) options.onFocus(null);
  }

  const ended = new AbortController();
  const {signal} = ended;
  element.addEventListener('focusin', entered, {signal});
  element.addEventListener('focusout', left, {signal});
  element.addEventListener('click', e => options.onSeat(seatOf(e)), {signal});
  element.addEventListener('keydown', pressed, {signal});
  if (at >= 0) show(at);

  return {
    /** The seat that Tab comes to, or that has the focus. */
    get at() { return at; },
    /**
     * Lets Tab come to a seat next time; moves the focus only if it is here.
     * @param {number} i
     */
    moveTo(i) {
      if (element.contains(document.activeElement)) focus(i);
      else {
        show(i);
        forget();
      }
    },
    focus: () => focus(at),
    /**
     * Says anew what has become of seats.
     * @param {Iterable<number>|null} changed null: of all
     */
    refresh(changed) {
      for (const i of changed ?? [...shown.keys()].flatMap(k => plan.rows[k].seats)) {
        const cell = cellOf(i);
        if (cell) say(cell, plan, i, options);
      }
    },
    destroy() {
      ended.abort();
      element.replaceChildren();
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {Plan} plan
 * @param {GridOptions} options
 */
function describe(element, plan, {label, describedBy, readOnly}) {
  const widest = plan.rows.reduce((most, row) => Math.max(most, row.seats.length), 0);
  const attributes = {
    role: 'grid', 'aria-label': label, 'aria-describedby': describedBy, 'aria-rowcount': plan.rows.length, 'aria-colcount': widest,
    ...(readOnly ? {'aria-readonly': true} : {'aria-multiselectable': true}),
  };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/**
 * @param {Plan} plan
 * @param {number} k
 * @param {GridOptions} options
 */
function makeRow(plan, k, options) {
  const row = document.createElement('div');
  row.setAttribute('role', 'row');
  row.setAttribute('aria-rowindex', String(k + 1));
  row.setAttribute('aria-label', rowText(plan, k)); // or all its seats would be its name
  plan.rows[k].seats.forEach((i, column) => {
    const cell = document.createElement('div');
    cell.setAttribute('role', 'gridcell');
    cell.setAttribute('aria-colindex', String(column + 1));
    cell.setAttribute('tabindex', '-1');
    cell.dataset.seat = String(i);
    say(cell, plan, i, options);
    row.append(cell);
  });
  return row;
}

const taken = new Set(['held', 'sold', 'blocked']);

/**
 * What a cell tells of its seat: "Stalls, row H, seat 14, €45, free".
 * @param {HTMLElement} cell
 * @param {Plan} plan
 * @param {number} i
 * @param {GridOptions} options
 */
function say(cell, plan, i, {state, readOnly}) {
  const is = state(i);
  const price = plan.categories[plan.seats[i].category].price;
  set(cell, 'aria-label', [seatText(plan, i), price && money(price), t.states[is]].filter(Boolean).join(', '));
  set(cell, 'aria-disabled', taken.has(is) && !readOnly ? 'true' : null);
  set(cell, 'aria-selected', readOnly ? null : String(is === 'mine' || is === 'chosen'));
}

/**
 * @param {HTMLElement} cell
 * @param {string} name
 * @param {string|null} value
 */
function set(cell, name, value) {
  if (cell.getAttribute(name) === value) return;
  if (value === null) cell.removeAttribute(name);
  else cell.setAttribute(name, value);
}

/**
 * Lays a cell where its seat is, so that magnifiers and the frames that screen
 * readers draw follow.
 * @param {HTMLElement} cell
 * @param {{x: number, y: number, r: number}} spot
 */
function lay(cell, {x, y, r}) {
  Object.assign(cell.style, {left: `${x - r}px`, top: `${y - r}px`, width: `${2 * r}px`, height: `${2 * r}px`});
}
