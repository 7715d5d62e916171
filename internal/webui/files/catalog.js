// Events and their plans, each asked for once as long as the page is open.

import {call, eventPath} from './api.js';
import {readPlan} from './hall/plan.js';

/**
 * @typedef {{name: string, color: string, price: {amount: number, currency: string}}} Category
 * @typedef {{
 *   id: string, name: string, starts_at: string, on_sale_at: string|null, off_sale_at: string|null,
 *   status: 'on_sale'|'scheduled'|'closed', seat_count: number, categories: Category[], hold_ttl_seconds: number,
 *   max_seats_per_customer: number,
 * }} Event
 */

const mostPlans = 3; // one of twenty thousand seats has some megabytes

/** @type {Map<string, Promise<import('./hall/plan.js').Plan>>} */
const plans = new Map();
/** @type {Map<string, Promise<Event>>} */
const events = new Map();

/**
 * An event, also as it was a while ago: its name, its day. Throws a Problem.
 * @param {string} id
 * @returns {Promise<Event>}
 */
export function eventOnce(id) {
  return remembered(events, id, () => call('GET', eventPath(id)));
}

/**
 * An event as it is now. Throws a Problem.
 * @param {string} id
 * @returns {Promise<Event>}
 */
export function eventNow(id) {
  events.delete(id);
  return eventOnce(id);
}

/**
 * The plan of an event, with its prices. Throws a Problem.
 * @param {string} id of the event
 */
export async function planOf(id) {
  const plan = remembered(plans, id, async () => {
    const [event, document] = await Promise.all([eventOnce(id), call('GET', `${eventPath(id)}/plan`)]);
    return readPlan(document, event.categories);
  });
  for (const other of plans.keys()) if (plans.size > mostPlans && other !== id) plans.delete(other);
  return plan;
}

/**
 * @template T
 * @param {Map<string, Promise<T>>} all
 * @param {string} id
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
function remembered(all, id, ask) {
  let asked = all.get(id);
  if (!asked) {
    asked = ask();
    all.set(id, asked);
    asked.catch(() => all.delete(id)); // a failure is not remembered
  }
  return asked;
}
