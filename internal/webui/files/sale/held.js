// What a customer does with held seats: more time, giving them back, paying.

import {call, orderPath} from '../api.js';
import {now, secondsUntil} from '../clock.js';
import {go} from '../router.js';
import {clock, t} from '../texts.js';
import {problemText, seatsText} from './words.js';

/**
 * @typedef {import('./sale.js').Sale} Sale
 * @typedef {import('./holds.js').Hold} Hold
 * @typedef {import('../problem.js').Problem} Problem
 */

/**
 * Offers what can be done with an own seat.
 * @param {Sale} sale
 * @param {number} i
 */
export function offer(sale, i) {
  const hold = sale.holds.list.find(h => h.seats.includes(i));
  const name = seatsText(sale.plan, [i]);
  if (!hold || hold.order || hold.status !== 'held') return sale.tell({tone: '', text: t.event.yoursOrdered(name)});
  sale.tell({
    tone: '', text: t.event.yours(name, clock(secondsUntil(hold.deadline))),
    action: {text: t.event.releaseIt, run: () => release(sale, hold, [i])},
  });
}

/**
 * @param {Sale} sale
 * @param {Hold} hold
 */
export async function extend(sale, hold) {
  const problem = await sale.calls.during(hold.id, async make => {
    const left = await make(() => sale.holds.extend(hold));
    sale.tell({tone: 'good', text: t.event.extended(clock(secondsUntil(left.deadline)))});
  });
  if (problem?.code === 'extension_limit') sale.tell({tone: 'warn', text: t.event.noMoreTime});
  else refused(sale, problem);
}

/**
 * @param {Sale} sale
 * @param {Hold} hold
 * @param {number[]} [seats] a part of them
 */
export async function release(sale, hold, seats = hold.seats) {
  refused(sale, await sale.calls.during(hold.id, async make => {
    await make(() => sale.holds.release(hold, seats));
    sale.tell({
      tone: '', text: t.event.released(seatsText(sale.plan, seats), seats.length),
      action: {text: t.event.chooseAgain, run: () => sale.chooseAgain(seats)},
    });
  }));
}

/**
 * Makes the hold's order, or finds it, and goes to where it is paid.
 * @param {Sale} sale
 * @param {Hold} hold
 */
export async function pay(sale, hold) {
  refused(sale, await sale.calls.during(hold.id, async make => {
    const body = {event_id: sale.event.id, hold_id: hold.id};
    const order = await make(() => call('POST', '/v1/orders', {body, signedIn: true}));
    sale.holds.tell();
    if (order.status !== 'pending_payment' || !order.payment) return go(orderPage(order.id));
    location.assign(order.payment.url);
    await left(); // nothing else is to be pressed until the browser is there
  }));
}

/** @param {string} id */
export const orderPage = id => `/orders/${encodeURIComponent(id)}`;

const leaving = 10_000; // ms; longer than that and somebody has stopped the browser

/** Waits until the page is left, or shown again after the way back. */
function left() {
  const {promise, resolve} = Promise.withResolvers();
  const timer = setTimeout(resolve, leaving);
  addEventListener('pageshow', resolve, {once: true});
  return promise.finally(() => {
    clearTimeout(timer);
    removeEventListener('pageshow', resolve);
  });
}

/**
 * Cancels the hold's order, which frees its seats.
 * @param {Sale} sale
 * @param {Hold} hold
 */
export async function cancelOrder(sale, hold) {
  refused(sale, await sale.calls.during(hold.id, async make => {
    await make(() => call('POST', `${orderPath(hold.order)}/cancel`, {signedIn: true}));
    sale.holds.ended(hold);
    sale.tell({
      tone: '', text: t.event.cancelled(seatsText(sale.plan, hold.seats), hold.seats.length),
      action: {text: t.event.chooseAgain, run: () => sale.chooseAgain(hold.seats)},
    });
  }));
}

/**
 * Something with a hold was refused: it may be another by now, or over.
 * @param {Sale} sale
 * @param {Problem|null} problem
 */
function refused(sale, problem) {
  if (!problem) return;
  if (problem.code !== 'hold_expired' && problem.code !== 'hold_released') {
    sale.tell({tone: 'warn', text: problemText(sale.plan, problem)});
  }
  sale.holds.read();
}

/**
 * Holds that ended by themselves or elsewhere.
 * @param {Sale} sale
 * @param {import('./holds.js').Ended[]} all
 */
export function ended(sale, all) {
  const seatsOf = (/** @type {string} */ how) => all.filter(e => e.how === how).flatMap(e => e.hold.seats);
  const bought = all.find(e => e.how === 'sold' && e.hold.order);
  if (bought) {
    const {order, seats} = bought.hold;
    sale.tell({
      tone: 'good', text: t.event.bought(seatsText(sale.plan, seats), seats.length),
      action: {text: t.event.toOrder, run: () => go(orderPage(order))},
    });
  }
  const lost = seatsOf('lost'); // by a service whose store came back empty
  if (lost.length) {
    sale.tell({
      tone: 'bad', text: t.event.lost(seatsText(sale.plan, lost), lost.length),
      action: {text: t.event.chooseAgain, run: () => sale.chooseAgain(lost)},
    }, {urgent: true});
  }
  const expired = seatsOf('expired');
  if (expired.length === 0) return;
  for (const i of expired) sale.lapsed.set(i, now());
  sale.mapCaughtUp();
  sale.tell({
    tone: 'bad', text: t.event.timeOver(seatsText(sale.plan, expired), expired.length),
    action: {text: t.event.chooseAgain, run: () => sale.chooseAgain(expired)},
  }, {urgent: true});
}
