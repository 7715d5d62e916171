// The sale of one event as one customer has it: what is chosen and what is
// held. The page draws it; the rules of choosing and holding are here, those of
// held seats in held.js, and what happens by itself in watch.js.

import {now, secondsUntil} from '../clock.js';
import {announce} from '../hall/announce.js';
import {SeatState} from '../hall/seatstate.js';
import {askToSignIn} from '../pages/account.js';
import {account} from '../session.js';
import {clock, t} from '../texts.js';
import * as attempts from './attempt.js';
import {Calls} from './calls.js';
import {Choice} from './choice.js';
import * as held from './held.js';
import {Holds} from './holds.js';
import {problemText, seatsText, stateText} from './words.js';

/**
 * @typedef {import('../hall/plan.js').Plan} Plan
 * @typedef {import('../catalog.js').Event} Event
 * @typedef {{text: string, run(): void}} Action
 * @typedef {{tone: ''|'good'|'warn'|'bad', text: string, action?: Action}} Notice
 */

const oftenHold = 'seathold.hold-at-once';
const conflictShown = 6000; // ms
const goodNewsShown = 8000; // ms; it stands in the basket as well
const mapLag = 2000; // ms that the map may be behind a hold's end

export class Sale {
  /**
   * @param {Event} event
   * @param {Plan} plan
   */
  constructor(event, plan) {
    this.event = event;
    this.plan = plan;
    this.currency = event.categories[0]?.price.currency ?? '';
    this.map = new SeatState(plan.count);
    this.choice = new Choice(event.id, plan);
    this.calls = new Calls(() => this.changed());
    this.holds = new Holds(event.id, plan, {changed: () => this.holdsChanged(), ended: ended => held.ended(this, ended)});
    this.atOnce = localStorage.getItem(oftenHold) === 'yes';
    /** Whether the map is being kept true. */
    this.live = true;
    /** @type {Set<number>} */
    this.conflicts = new Set();
    /** @type {Notice|null} */
    this.notice = null;
    /** Seats of the attempt that is under way. @type {Set<number>} */
    this.asked = new Set();
    /** When seats ran out here, by the service's clock, that the map still shows held: it tells a moment later. @type {Map<number, number>} */
    this.lapsed = new Map();
    this.map.subscribe(() => this.mapCaughtUp());
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  close() {
    this.calls.close();
  }

  /**
   * Has told called after each change; returns what ends that.
   * @param {() => void} told
   */
  subscribe(told) {
    this.listeners.add(told);
    return () => { this.listeners.delete(told); };
  }

  changed() {
    for (const told of this.listeners) told();
  }

  /**
   * Tells the customer something, on the screen and to who listens to it.
   * @param {Notice|null} notice
   * @param {{urgent?: boolean}} [how]
   */
  tell(notice, how) {
    const worse = this.notice?.tone === 'bad' && notice?.tone === 'good'; // good news stands in the basket as well
    if (!worse) this.notice = notice;
    this.changed();
    if (!notice) return;
    announce(notice.text, how);
    if (notice.tone === 'good' && !notice.action) setTimeout(() => this.notice === notice && this.tell(null), goodNewsShown);
  }

  /** @param {boolean} yes */
  setAtOnce(yes) {
    this.atOnce = yes;
    localStorage.setItem(oftenHold, yes ? 'yes' : 'no');
    this.changed();
    if (yes) this.hold();
  }

  /**
   * A seat of the picture was pressed.
   * @param {number} i
   */
  press(i) {
    if (this.asked.has(i)) return;
    if (this.holds.seats.has(i)) held.offer(this, i);
    else if (this.choice.seats.has(i)) this.unchoose([i]);
    else this.choose(i);
  }

  /** @param {number} i */
  choose(i) {
    const {status, max_seats_per_customer: most} = this.event;
    const state = this.map.at(i);
    if (status !== 'on_sale') return this.tell({tone: 'warn', text: t.event.notNow[status]});
    if (state !== '.') return this.tell({tone: '', text: t.event.notFree(seatsText(this.plan, [i]), stateText(state))});
    if (this.choice.seats.size + this.holds.seats.size >= most) return this.tell({tone: 'warn', text: t.event.mostSeats(most)});
    this.notice = null;
    this.choice.add([i]);
    this.changed();
    if (this.atOnce) this.hold();
  }

  /** @param {Iterable<number>} seats */
  unchoose(seats) {
    this.notice = null;
    this.choice.drop(seats);
    this.changed();
  }

  /**
   * Chooses seats that were the customer's before, as far as they are free.
   * @param {number[]} seats
   */
  chooseAgain(seats) {
    const free = seats.filter(i => this.map.at(i) === '.' || this.hasJustLapsed(i));
    const gone = seats.filter(i => !free.includes(i));
    this.choice.add(free);
    this.tell(gone.length ? {tone: 'warn', text: t.event.goneSince(seatsText(this.plan, gone), gone.length)} : null);
    if (this.atOnce) this.hold();
  }

  /** @param {number} i */
  hasJustLapsed(i) {
    return this.map.at(i) === 'h' && now() - (this.lapsed.get(i) ?? 0) < mapLag;
  }

  /** Forgets those of lapsed that the map has shown as anything else: held again, they are someone's. */
  mapCaughtUp() {
    for (const i of this.lapsed.keys()) if (this.map.at(i) !== 'h') this.lapsed.delete(i);
  }

  /** Holds what is chosen; asks who it is first where nobody is signed in. */
  async hold() {
    if (this.event.status !== 'on_sale') return;
    this.notice = null;
    for (let again = true; again;) {
      if (this.calls.busy || this.choice.seats.size === 0 || !await this.signIn()) return;
      const who = account();
      const seats = [...this.choice.seats].map(i => this.plan.seats[i].guid);
      if (!who || this.calls.busy || seats.length === 0) return;
      const end = await this.attempt(attempts.begin(this.event.id, who.id, seats));
      again = end === 'signed out' || (end === 'held' && this.atOnce); // at once: those chosen meanwhile
    }
  }

  async signIn() {
    if (account()) return true;
    if (!await askToSignIn(t.event.signInToHold)) return false;
    await this.holds.read(); // seats that are held already are not to be held again
    return true;
  }

  /** Goes on with a hold whose answer was not seen before the page was loaded again. */
  resume() {
    const who = account();
    const attempt = who && attempts.unanswered(this.event.id, who.id);
    if (attempt && !this.calls.busy) this.attempt(attempt);
  }

  /**
   * @param {attempts.Attempt} attempt
   * @returns {Promise<'held'|'signed out'|'refused'>}
   */
  async attempt(attempt) {
    this.asked = new Set(this.indices(attempt.seats));
    let done = false;
    const problem = await this.calls.during('hold', async make => {
      const hold = await make(signal => this.holds.create(attempt, signal));
      done = true;
      this.choice.drop(this.asked);
      const left = clock(secondsUntil(hold.deadline));
      this.tell({tone: 'good', text: t.event.nowHeld(seatsText(this.plan, hold.seats), hold.seats.length, left)});
    });
    this.asked = new Set();
    if (this.calls.closed) return 'refused'; // it is asked for again when the page is back
    attempts.answered(this.event.id);
    if (!done) await this.notHeld(problem);
    this.checkChoice(null);
    this.changed();
    return done ? 'held' : problem?.code === 'unauthenticated' ? 'signed out' : 'refused';
  }

  /** @param {import('../problem.js').Problem|null} problem null where it was stopped */
  async notHeld(problem) {
    if (!problem) return this.holds.read(); // it may have been held all the same
    if (problem.code === 'seats_taken') return this.taken(this.indices(problem.seats));
    if (problem.code === 'unauthenticated') return;
    if (problem.code === 'hold_expired' || problem.code === 'hold_released') return this.holds.read(); // answered too late
    if (problem.code === 'not_on_sale') this.event = {...this.event, status: /** @type {const} */ ('closed')};
    this.tell({tone: 'warn', text: problemText(this.plan, problem)});
  }

  /**
   * Seats that were asked for, or only chosen, are no longer free.
   * @param {number[]} seats
   */
  async taken(seats) {
    this.choice.drop(seats);
    this.changed();
    if (account()) await this.holds.read(); // they may be held by this customer, in another window
    const lost = seats.filter(i => !this.holds.seats.has(i));
    if (lost.length === 0) return;
    this.conflicts = new Set(lost);
    setTimeout(() => {
      this.conflicts = new Set();
      this.changed();
    }, conflictShown);
    const left = [...this.choice.seats];
    const rest = left.length ? ' ' + t.event.stillChosen(seatsText(this.plan, left), left.length) : '';
    this.tell({tone: 'bad', text: t.event.wasTaken(seatsText(this.plan, lost), lost.length) + rest});
  }

  /**
   * Lets go of chosen seats that are no longer free.
   * @param {number[]|null} seats those that changed; null: any may have
   */
  checkChoice(seats) {
    if (!this.map.known) return;
    const lost = (seats ?? [...this.choice.seats]).filter(i => this.choice.seats.has(i) && this.map.at(i) !== '.' &&
      !this.holds.seats.has(i) && !this.asked.has(i) && !(seats === null && this.hasJustLapsed(i)));
    if (lost.length) this.taken(lost);
  }

  holdsChanged() {
    const {seats} = this.holds;
    if ([...this.choice.seats].some(i => seats.has(i))) this.choice.drop(seats);
    this.changed();
  }

  /** @param {string[]} guids */
  indices(guids) {
    return guids.map(guid => this.plan.indexOf.get(guid)).filter(i => i !== undefined);
  }
}
