// One order of the list, and its end.

import {call, orderPath} from '../api.js';
import {money, shortDate, t} from '../texts.js';
import {html, useState} from '../ui.js';
import {Confirm} from './confirm.js';
import {indicesOf, seatsText} from './seatwords.js';

const words = t.organizer.orders;

/** @typedef {import('./orders.js').EventOrder} EventOrder */

/**
 * @param {{order: EventOrder, plan: import('../hall/plan.js').Plan, onChange(order: EventOrder): void}} props
 */
export function OrderRow({order, plan, onChange}) {
  const [asking, setAsking] = useState(false);
  const {status, reason, customer} = order;
  const name = customer.name || customer.email || words.unknownCustomer;
  const paid = status === 'paid';
  const paysBack = paid && order.total.amount > 0;

  async function cancel() {
    onChange(await call('POST', `${orderPath(order.id)}/cancel`, {signedIn: true}));
  }

  return html`
    <li data-testid="order">
      <div class="who"><strong>${name}</strong> <span class="quiet">${customer.name && customer.email}</span></div>
      <div class="what">${seatsText(plan, indicesOf(plan, order.seats))}</div>
      <div class="total">${money(order.total)}</div>
      <div class="state">
        <span class=${`mark ${status}`}>${words.statuses[status]}</span>
        ${reason && html` <small>${words.reasons[reason]}</small>`}
      </div>
      <div class="when"><small>${words.ordered(shortDate(order.created_at))}<br />${words.number(order.id)}</small></div>
      <div class="end">
        ${(paid || status === 'pending_payment') && html`
          <button class="danger" aria-label=${(paysBack ? words.refundLabel : words.cancelLabel)(name)} onClick=${() => setAsking(true)}>
            ${paysBack ? words.refund : words.cancel}
          </button>`}
      </div>
      ${asking && html`
        <${Confirm} title=${paysBack ? words.refundAsk : words.cancelAsk} action=${paysBack ? words.refundNow : words.cancelNow}
          keep=${words.keep} danger act=${cancel} onClose=${() => setAsking(false)}>
          <p>${meaning(order, name, seatsText(plan, indicesOf(plan, order.seats)))}</p>
        <//>`}
    </li>`;
}

/**
 * @param {EventOrder} order
 * @param {string} name
 * @param {string} seats
 */
function meaning({status, total}, name, seats) {
  if (status !== 'paid') return words.cancelMeaning(name, seats);
  return total.amount ? words.refundMeaning(name, seats, money(total)) : words.freeMeaning(name, seats);
}
