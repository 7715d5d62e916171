// A customer's live holds of one event, as the service tells them.

import {call, eventPath} from '../api.js';
import {Problem} from '../problem.js';
import {account} from '../session.js';

/**
 * @typedef {{
 *   id: string, seats: number[], deadline: number, total: {amount: number, currency: string}, status: 'held'|'paying'|'sold',
 *   order: string, longest: boolean,
 * }} Hold seats are indices; deadline is in ms by the service's clock; order is '' while there is none; longest: it cannot
 *   be extended any more
 * @typedef {{hold: Hold, how: 'expired'|'released'|'sold'|'lost'|'unknown'}} Ended lost: the
 *   service knows of it no more
 */

/** @typedef {{amount: number, currency: string}} Money */

const changed = 'seathold.holds'; // tabs tell each other

/** What a refusal tells of a hold's end. @type {Record<string, Ended['how']>} */
const ends = {hold_expired: 'expired', hold_released: 'released', not_found: 'lost'};

export class Holds {
  /**
   * @param {string} event its id
   * @param {import('../hall/plan.js').Plan} plan
   * @param {{changed(): void, ended(holds: Ended[]): void}} to ended is told which holds ended without release having
   *   been called here
   */
  constructor(event, plan, to) {
    this.path = `${eventPath(event)}/holds`;
    this.event = event;
    this.plan = plan;
    this.to = to;
    /** @type {Hold[]} */
    this.list = [];
    /** The seats of all holds; a new set after each change. @type {Set<number>} */
    this.seats = new Set();
    /** @type {Promise<void>|null} */
    this.reading = null;
    this.again = false;
    this.edits = 0; // what is read before an own change is not true after it
    /** @type {BroadcastChannel|null} */
    this.tabs = null;
  }

  /** Listens to other tabs until what is returned is called. */
  listen() {
    const tabs = new BroadcastChannel(changed);
    tabs.onmessage = e => { if (e.data === this.event) this.read(); };
    this.tabs = tabs;
    return () => {
      this.tabs = null;
      tabs.close();
    };
  }

  /** Reads them. Several calls at a time are one; a failed one leaves what was known, and is made again. */
  read() {
    if (this.reading) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.readUntilTrue().finally(() => { this.reading = null; });
    return this.reading;
  }

  async readUntilTrue() {
    do {
      this.again = false;
      await this.readOnce();
    } while (this.again);
  }

  async readOnce() {
    const who = account()?.id;
    if (!who) return this.take([]);
    const {edits} = this;
    try {
      const {items} = await call('GET', `${this.path}?limit=200`, {signedIn: true});
      if (account()?.id !== who || edits !== this.edits) {
        this.again = true;
        return;
      }
      const before = this.list;
      this.take(items.map((/** @type {any} */ h) => this.holdOf(h)));
      const gone = before.filter(h => !this.list.some(l => l.id === h.id));
      if (gone.length) this.to.ended(await Promise.all(gone.map(async hold => ({hold, how: await this.howEnded(hold)}))));
    } catch (err) {
      if (!(err instanceof Problem)) throw err;
      if (err.code === 'unauthenticated') this.take([]);
    }
  }

  /**
   * @param {Hold} hold
   * @returns {Promise<Ended['how']>}
   */
  async howEnded({id}) {
    try {
      const {status} = await call('GET', `${this.path}/${encodeURIComponent(id)}`, {signedIn: true});
      return status === 'sold' ? 'sold' : 'unknown';
    } catch (err) {
      if (!(err instanceof Problem)) throw err;
      return ends[err.code] ?? 'unknown';
    }
  }

  /**
   * Holds seats, all or none. Throws a Problem.
   * @param {import('./attempt.js').Attempt} attempt
   * @param {AbortSignal} signal
   */
  async create({key, seats}, signal) {
    const hold = this.holdOf(await call('POST', this.path, {body: {seats}, key, signedIn: true, signal}));
    this.edit([...this.list.filter(h => h.id !== hold.id), hold]);
    return hold;
  }

  /**
   * Asks for more time. Throws a Problem.
   * @param {Hold} hold
   */
  async extend(hold) {
    try {
      const answer = await call('POST', `${this.path}/${encodeURIComponent(hold.id)}/extend`, {signedIn: true});
      const now = {...this.holdOf(answer), longest: Date.parse(answer.expires_at) < hold.deadline + 1000};
      this.change(now);
      return now;
    } catch (err) {
      if (err instanceof Problem && err.code === 'extension_limit') this.change({...hold, longest: true});
      throw err;
    }
  }

  /**
   * Gives seats of a hold back, or all; with all an order of the hold is
   * cancelled. Throws a Problem.
   * @param {Hold} hold
   * @param {number[]} [seats]
   */
  async release(hold, seats = hold.seats) {
    const rest = hold.seats.filter(i => !seats.includes(i));
    const part = rest.length ? '?' + seats.map(i => `seat=${encodeURIComponent(this.plan.seats[i].guid)}`).join('&') : '';
    await call('DELETE', `${this.path}/${encodeURIComponent(hold.id)}${part}`, {signedIn: true});
    if (rest.length) this.change({...hold, seats: rest, total: totalOf(this.plan, rest, hold.total.currency)});
    else this.ended(hold);
  }

  /**
   * A hold was ended here.
   * @param {Hold} hold
   */
  ended(hold) {
    this.edit(this.list.filter(h => h.id !== hold.id));
  }

  /** @param {Hold} hold */
  change(hold) {
    this.edit(this.list.map(h => h.id === hold.id ? hold : h));
  }

  /**
   * Takes over what was changed here.
   * @param {Hold[]} list
   */
  edit(list) {
    this.edits++;
    this.take(list);
    this.tell();
  }

  /** Tells other tabs that something changed here. */
  tell() {
    this.tabs?.postMessage(this.event);
  }

  /** @param {Hold[]} list */
  take(list) {
    this.list = list;
    this.seats = new Set(list.flatMap(h => h.seats));
    this.to.changed();
  }

  /**
   * @param {any} h as the service tells it
   * @returns {Hold}
   */
  holdOf(h) {
    const known = this.list.find(k => k.id === h.id);
    return {
      id: h.id, deadline: Date.parse(h.expires_at), total: h.total, status: h.status, order: h.order_id ?? '',
      longest: known?.longest ?? false,
      seats: h.seats.map((/** @type {string} */ guid) => this.plan.indexOf.get(guid)),
    };
  }
}

/**
 * What seats cost together.
 * @param {import('../hall/plan.js').Plan} plan
 * @param {Iterable<number>} seats
 * @param {string} currency of the event
 */
export function totalOf(plan, seats, currency) {
  let amount = 0;
  for (const i of seats) amount += plan.categories[plan.seats[i].category].price?.amount ?? 0;
  return {amount, currency};
}
