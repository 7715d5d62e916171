// Orders in words: what state one is in, why, and where its money is.

import {list, money, t} from '../texts.js';

/**
 * @typedef {import('../sale/holds.js').Money} Money
 * @typedef {'customer'|'organizer'|'payment'|'timeout'|'seats_taken'|'wrong_amount'|'duplicate'|'refunded'} Reason
 * @typedef {{id: string, received: Money, state: 'applied'|'refund_due'|'refunded', reason?: Reason, refunded?: Money}} Payment
 * @typedef {{
 *   id: string, status: 'pending_payment'|'paid'|'cancelled'|'expired'|'refunding'|'refunded', reason?: Reason, event_id: string,
 *   hold_id: string, seats: string[], total: Money, payment: {url: string, expires_at: string, provider: string}|null,
 *   payments: Payment[], created_at: string, updated_at: string,
 * }} Order
 */

/** @param {Order} order */
export const tone = ({status}) => ({pending_payment: 'warn', paid: 'good', refunding: 'warn', refunded: '', cancelled: '', expired: ''})[status];

/**
 * What became of an order, in a sentence or two.
 * @param {Order} order
 */
export function story({status, reason, total}) {
  if (status === 'pending_payment') return '';
  if (status === 'paid') return total.amount === 0 ? t.orders.free : t.orders.thanks;
  const why = reason ? t.orders.why[reason] : '';
  return [why, t.orders.meaning[status]].filter(Boolean).join(' ');
}

/**
 * Where money is that is not the order's price: a sentence for each payment
 * that goes back or has gone back.
 * @param {Order} order
 */
export function moneyBack(order) {
  return order.payments.filter(p => p.state !== 'applied').map(p => {
    const back = p.refunded ?? p.received;
    const text = p.state === 'refunded' ? t.orders.wentBack(money(back)) : t.orders.goesBack(money(p.received));
    return order.status === 'paid' && p.reason ? `${t.orders.why[p.reason]} ${text}` : text;
  });
}

/**
 * Seats in short, as a list has room for: "Stalls: H 14, H 15".
 * @param {import('../hall/plan.js').Plan} plan
 * @param {string[]} guids
 */
export function seatsInShort(plan, guids) {
  /** @type {Map<number, string[]>} */
  const sections = new Map();
  for (const guid of guids) {
    const seat = plan.seats[plan.indexOf.get(guid) ?? -1];
    if (!seat) continue;
    const names = sections.get(seat.section) ?? [];
    names.push([plan.rows[seat.row].label, seat.number].filter(Boolean).join(' '));
    sections.set(seat.section, names);
  }
  return list([...sections].map(([s, names]) => `${plan.sections[s].name} ${names.join(', ')}`));
}
