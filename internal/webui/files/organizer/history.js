// Sold and held over time: what was before from the orders, then from the live
// map.

import {call, eventPath} from '../api.js';
import {useEffect, useMemo, useState} from '../ui.js';

/**
 * @typedef {{time: number, sold: number, held: number}} Point time in ms of Date.now; the numbers hold from then on
 * @typedef {{id: string, status: string, reason?: string, seats: string[], created_at: string, updated_at: string, payment: {expires_at: string}|null}} Order
 * @typedef {{points: Point[], state: 'loading'|'whole'|'bounded'|'failed'}} History bounded: of the newest orders only
 */

export const mostOrders = 10_000;
const page = 200;
const between = 1000; // ms between two points of the live map, at least
const mostLive = 20_000;

/**
 * The history of an event, growing while it is shown.
 * @param {string} event its id
 * @param {import('../hall/seatstate.js').SeatState} map
 * @returns {History}
 */
export function useHistory(event, map) {
  const [past, setPast] = useState(/** @type {{orders: Order[], state: History['state']}} */ ({orders: [], state: 'loading'}));
  const live = useLive(map);
  useEffect(() => {
    const leaving = new AbortController();
    readOrders(event, leaving.signal).then(setPast, () => { if (!leaving.signal.aborted) setPast({orders: [], state: 'failed'}); });
    return () => leaving.abort();
  }, [event]);
  const [points, setPoints] = useState(/** @type {Point[]} */ ([]));
  const first = live.at(0);
  useEffect(() => {
    if (past.state === 'loading' || !first) return;
    setPoints(pointsOf(past.orders, {until: first.time, sold: past.state === 'whole' ? undefined : first.sold}));
  }, [past, first]);
  return useMemo(() => ({points: points.concat(live), state: past.state}), [points, live, past]);
}

/**
 * The newest orders of the event, up to the bound.
 * @param {string} event
 * @param {AbortSignal} signal
 */
async function readOrders(event, signal) {
  /** @type {Order[]} */
  const orders = [];
  for (let cursor = ''; orders.length < mostOrders;) {
    const next = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await call('GET', `${eventPath(event)}/orders?limit=${page}${next}`, {signedIn: true, signal});
    orders.push(...answer.items);
    cursor = answer.next_cursor;
    if (!cursor) return {orders, state: /** @type {const} */ ('whole')};
  }
  return {orders, state: /** @type {const} */ ('bounded')};
}

/**
 * @param {import('../hall/seatstate.js').SeatState} map
 * @returns {Point[]}
 */
function useLive(map) {
  const [points, setPoints] = useState(/** @type {Point[]} */ ([]));
  useEffect(() => {
    let timer = 0;
    const note = () => {
      timer = 0;
      const {sold, held} = map.counts();
      setPoints(old => thinned([...old, {time: Date.now(), sold, held}]));
    };
    let first = true;
    const told = () => {
      if (first) note();
      else timer ||= setTimeout(note, between);
      first = false;
    };
    if (map.known) told();
    const end = map.subscribe(told);
    return () => { end(); clearTimeout(timer); };
  }, [map]);
  return points;
}

/** Every second point where there are too many. @param {Point[]} points */
const thinned = points => points.length < mostLive ? points : points.filter((_, k) => k % 2 === 0 || k === points.length - 1);

/**
 * The points that the orders tell of. Holds without an order left no trace.
 * @param {Order[]} orders
 * @param {{until: number, sold?: number}} end the first time that is known otherwise, and where orders are missing, how
 *   many seats were sold then: what is missing was sold before all of these
 * @returns {Point[]}
 */
export function pointsOf(orders, {until, sold: known}) {
  const steps = orders.flatMap(stepsOf).filter(s => s.time < until).sort((a, b) => a.time - b.time);
  let held = 0;
  let sold = known === undefined ? 0 : Math.max(0, known - steps.reduce((sum, s) => sum + s.sold, 0));
  /** @type {Point[]} */
  const points = [];
  for (const step of steps) {
    held += step.held;
    sold += step.sold;
    const last = points.at(-1);
    if (last?.time === step.time) Object.assign(last, {sold, held});
    else points.push({time: step.time, sold, held});
  }
  return points;
}

// Reasons for which the money of an order goes back that had its seats.
const wasSold = ['organizer', 'refunded'];

/**
 * What an order did to the numbers, as differences. When it was paid is not
 * told by itself: at its last change, which a later one may hide, but within
 * the time that the payment had.
 * @param {Order} order
 * @returns {Point[]}
 */
export function stepsOf({status, reason = '', seats, created_at, updated_at, payment}) {
  const n = seats.length;
  const created = Date.parse(created_at);
  const updated = Math.max(created, Date.parse(updated_at));
  const decided = payment ? Math.max(created, Math.min(updated, Date.parse(payment.expires_at))) : updated;
  if (status === 'pending_payment') return [{time: created, sold: 0, held: n}];
  if (status === 'paid') return [{time: created, sold: 0, held: n}, {time: decided, sold: n, held: -n}];
  if (wasSold.includes(reason)) return [{time: created, sold: n, held: 0}, {time: updated, sold: -n, held: 0}];
  return [{time: created, sold: 0, held: n}, {time: decided, sold: 0, held: -n}];
}
