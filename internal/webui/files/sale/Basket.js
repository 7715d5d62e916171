// The customer's seats beside the picture, or under it on a phone: what is
// held, what is chosen, and the next step.

import {everySecond, secondsUntil} from '../clock.js';
import {clock, money, t} from '../texts.js';
import {html, useEffect, useLayoutEffect, useRef, useState} from '../ui.js';
import {pay} from './held.js';
import {HoldCard, SeatLines} from './HoldCard.js';
import {totalOf} from './holds.js';
import {Notices} from './Notices.js';

/** @typedef {import('./sale.js').Sale} Sale */

/** @param {{sale: Sale}} props */
export function Basket({sale}) {
  return useWide() ? html`<${Panel} sale=${sale} />` : html`<${Sheet} sale=${sale} />`;
}

const wide = matchMedia('(min-width: 56rem)');

function useWide() {
  const [is, setIs] = useState(wide.matches);
  useEffect(() => {
    const changed = () => setIs(wide.matches);
    wide.addEventListener('change', changed);
    return () => wide.removeEventListener('change', changed);
  }, []);
  return is;
}

/**
 * Keeps the focus in the basket when what had it is gone: a button that did its
 * work. It goes to what has data-rest.
 */
function useFocusKept() {
  const basket = useRef(/** @type {HTMLElement|null} */ (null));
  const had = basket.current?.contains(document.activeElement); // before this drawing
  useLayoutEffect(() => {
    if (!had || document.activeElement !== document.body) return;
    /** @type {HTMLElement|null|undefined} */ (basket.current?.querySelector('[data-rest]'))?.focus();
  });
  return basket;
}

/** Beside the picture. @param {{sale: Sale}} props */
function Panel({sale}) {
  const basket = useFocusKept();
  return html`
    <aside class="basket panel" aria-label=${t.event.yourSeats} ref=${basket}>
      <div class="basket-body">
        <h2 tabindex="-1" data-rest>${t.event.yourSeats}</h2>
        <${Notices} sale=${sale} />
        <${Contents} sale=${sale} />
      </div>
      ${sale.choice.seats.size > 0 && html`
        <div class="basket-foot">
          <p class="sum"><span>${t.event.chosenSeats(sale.choice.seats.size)}</span> <strong>${money(chosenTotal(sale))}</strong></p>
          <${HoldButton} sale=${sale} />
        </div>`}
    </aside>`;
}

/** Under the picture: a line that opens upwards, over it. @param {{sale: Sale}} props */
function Sheet({sale}) {
  const basket = useFocusKept();
  const [open, setOpen] = useState(false);
  const body = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => { if (open) body.current?.focus(); }, [open]);
  const escape = (/** @type {KeyboardEvent} */ e) => { if (e.key === 'Escape') setOpen(false); };
  return html`
    <aside class="basket sheet" aria-label=${t.event.yourSeats} ref=${basket} onKeyDown=${escape}>
      <div class="basket-over">
        <${Notices} sale=${sale} />
        ${open && html`
          <div class="basket-body" id="basket" tabindex="-1" ref=${body}>
            <h2>${t.event.yourSeats}</h2>
            <${Contents} sale=${sale} />
          </div>`}
      </div>
      <div class="basket-bar">
        <button class="plain toggle" data-rest aria-expanded=${open} aria-controls=${open ? 'basket' : undefined} onClick=${() => setOpen(!open)}>
          <span class="chevron" aria-hidden="true"></span>
          <${Summary} sale=${sale} />
        </button>
        <${NextStep} sale=${sale} onOpen=${() => setOpen(true)} />
      </div>
    </aside>`;
}

/** The basket in two short lines. @param {{sale: Sale}} props */
function Summary({sale}) {
  const [, redraw] = useState({});
  useEffect(() => everySecond(() => redraw({})), []);
  const {choice, holds} = sale;
  const first = Math.min(...holds.list.filter(h => h.status !== 'sold').map(h => h.deadline));
  return html`
    <span class="summary">
      <span>${amounts(holds.seats.size, choice.seats.size)}</span>
      ${first < Infinity && html`<span class="quiet">${t.event.leftShort(clock(secondsUntil(first)))}</span>`}
    </span>`;
}

/**
 * @param {number} held
 * @param {number} chosen
 */
function amounts(held, chosen) {
  if (held && chosen) return t.event.heldAndChosen(held, chosen);
  return held ? t.event.heldSeats(held) : chosen ? t.event.chosenSeats(chosen) : t.event.nothingYet;
}

/** @param {{sale: Sale, onOpen(): void}} props */
function NextStep({sale, onOpen}) {
  const {choice, holds, calls} = sale;
  if (choice.seats.size) return html`<${HoldButton} sale=${sale} />`;
  const open = holds.list.filter(h => h.status === 'held');
  if (open.length === 0) return null;
  if (open.length > 1) return html`<button class="primary" onClick=${onOpen}>${t.event.payEach}</button>`;
  const [hold] = open;
  const text = hold.total.amount === 0 ? t.event.order : hold.order ? t.event.goOnPaying(money(hold.total)) : t.event.pay(money(hold.total));
  return html`<button class="primary" aria-disabled=${calls.busy !== ''} onClick=${() => pay(sale, hold)}>${text}</button>`;
}

/** @param {{sale: Sale}} props */
function Contents({sale}) {
  const {choice, holds, event} = sale;
  const empty = choice.seats.size === 0 && holds.list.length === 0;
  return html`
    ${holds.list.length > 1 && html`<p class="quiet">${t.event.severalHolds}</p>`}
    ${holds.list.map(hold => html`<${HoldCard} key=${hold.id} sale=${sale} hold=${hold} />`)}
    ${choice.seats.size > 0 && html`
      <section aria-label=${t.event.chosenLabel} data-testid="chosen">
        ${holds.list.length > 0 && html`<h3>${t.event.chosenLabel}</h3>`}
        <${SeatLines} sale=${sale} seats=${[...choice.seats]} busy=${sale.calls.busy === 'hold'}
          drop=${{label: t.event.unchoose, act: (/** @type {number} */ i) => sale.unchoose([i])}} />
      </section>`}
    ${empty && html`<p class="quiet">${event.status === 'on_sale' ? t.event.howTo(sale.atOnce) : t.event.notNow[event.status]}</p>`}
    ${event.status === 'on_sale' && html`<${AtOnce} sale=${sale} />`}`;
}

/** @param {{sale: Sale}} props */
function HoldButton({sale}) {
  const {choice, calls, event} = sale;
  return html`
    <button class="primary wide-button" aria-disabled=${calls.busy !== '' || event.status !== 'on_sale'} onClick=${() => sale.hold()}>
      ${calls.busy === 'hold' ? t.event.holding : t.event.holdThese(choice.seats.size)}
    </button>`;
}

/** @param {{sale: Sale}} props */
function AtOnce({sale}) {
  const set = (/** @type {Event} */ e) => sale.setAtOnce(/** @type {HTMLInputElement} */ (e.target).checked);
  return html`
    <label class="switch">
      <input type="checkbox" role="switch" checked=${sale.atOnce} onChange=${set} />
      <span>${t.event.atOnce} <small>${t.event.atOnceMeans}</small></span>
    </label>`;
}

/** @param {Sale} sale */
const chosenTotal = sale => totalOf(sale.plan, sale.choice.seats, sale.currency);
