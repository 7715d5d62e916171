// One hold: its seats, what they cost, the time left, and what can be done.

import {rowText, seatPart, seatText} from '../hall/plan.js';
import {ConfirmButton} from '../pages/ConfirmButton.js';
import {money, t} from '../texts.js';
import {html} from '../ui.js';
import {cancelOrder, extend, orderPage, pay, release} from './held.js';
import {totalOf} from './holds.js';
import {TimeLeft} from './TimeLeft.js';
import {seatsText} from './words.js';

/**
 * @typedef {import('./sale.js').Sale} Sale
 * @typedef {import('./holds.js').Hold} Hold
 */

/** @param {{sale: Sale, hold: Hold}} props */
export function HoldCard({sale, hold}) {
  const bound = hold.order !== '';
  return html`
    <section class="card hold" aria-label=${t.event.holdOf(seatsText(sale.plan, hold.seats))} data-testid="hold">
      ${hold.status === 'sold' ? html`<p class="good">${t.event.isBought}</p>`
        : html`<${TimeLeft} deadline=${hold.deadline} over=${t.event.over} />`}
      <${SeatLines} sale=${sale} seats=${hold.seats} busy=${sale.calls.busy !== ''}
        drop=${bound ? undefined : {label: t.event.releaseSeat, act: (/** @type {number} */ i) => release(sale, hold, [i])}} />
      <p class="sum"><span>${t.event.total}</span> <strong>${money(hold.total)}</strong></p>
      ${bound ? html`<${Ordered} sale=${sale} hold=${hold} />` : html`<${Unordered} sale=${sale} hold=${hold} />`}
    </section>`;
}

/** @param {{sale: Sale, hold: Hold}} props */
function Unordered({sale, hold}) {
  const busy = sale.calls.busy !== '';
  return html`
    <div class="actions">
      <button class="primary wide-button" aria-disabled=${busy} onClick=${() => pay(sale, hold)}>
        ${hold.total.amount === 0 ? t.event.order : t.event.pay(money(hold.total))}
      </button>
      ${!hold.longest && html`<button aria-disabled=${busy} onClick=${() => extend(sale, hold)}>${t.event.moreTime}</button>`}
      <button class="plain" aria-disabled=${busy} onClick=${() => release(sale, hold)}>${t.event.releaseAll(hold.seats.length)}</button>
    </div>
    ${hold.longest && html`<p class="quiet">${t.event.noMoreTime}</p>`}`;
}

/** @param {{sale: Sale, hold: Hold}} props */
function Ordered({sale, hold}) {
  const busy = sale.calls.busy !== '';
  if (hold.status !== 'held') return html`<p><a href=${orderPage(hold.order)}>${t.event.toOrder}</a></p>`;
  return html`
    <p class="quiet">${t.event.ordered} <a href=${orderPage(hold.order)}>${t.event.toOrder}</a></p>
    <div class="actions">
      <button class="primary wide-button" aria-disabled=${busy} onClick=${() => pay(sale, hold)}>${t.event.goOnPaying(money(hold.total))}</button>
      <${ConfirmButton} text=${t.event.cancelOrder} question=${t.event.reallyCancel} yes=${t.event.yesCancel} no=${t.event.keepOrder}
        disabled=${busy} onConfirm=${() => cancelOrder(sale, hold)} />
    </div>`;
}

/**
 * Seats, one a line, with their prices and a button to be without one.
 * @param {{sale: Sale, seats: number[], busy: boolean, drop?: {label(name: string): string, act(i: number): void}}} props
 */
export function SeatLines({sale, seats, busy, drop}) {
  const {plan, currency} = sale;
  return html`
    <ul class="seat-lines">
      ${seats.map(i => html`
        <li key=${i}>
          <span>
            <span class="seat-place">${[rowText(plan, plan.seats[i].row), seatPart(plan, i)].filter(Boolean).join(', ')}</span>
            <small>${whereabouts(plan, i)}</small>
          </span>
          <span>${money(totalOf(plan, [i], currency))}</span>
          ${drop && html`
            <button class="plain drop" aria-disabled=${busy} aria-label=${drop.label(seatText(plan, i))} onClick=${() => busy || drop.act(i)}>
              <span aria-hidden="true">✕</span>
            </button>`}
        </li>`)}
    </ul>`;
}

/**
 * A seat's section, and its category where that is called otherwise.
 * @param {import('../hall/plan.js').Plan} plan
 * @param {number} i
 */
function whereabouts(plan, i) {
  const {category, section} = plan.seats[i];
  const names = new Set([plan.sections[section].name, plan.categories[category].name]);
  return [...names].join(' · ');
}
