// What happens to a sale by itself: the live map, the time that runs down, the
// page that was away.

import {call, eventPath} from '../api.js';
import {everySecond, now, secondsUntil} from '../clock.js';
import {announce, milestone} from '../hall/announce.js';
import {listen} from '../live.js';
import {onChange} from '../session.js';
import {t} from '../texts.js';
import {seatsText} from './words.js';

/** @typedef {import('./sale.js').Sale} Sale */

const eventAgain = 900; // ms between two looks at an event that is about to change, at least

/**
 * Keeps a sale true until what is returned is called.
 * @param {Sale} sale
 */
export function watch(sale) {
  const stream = listen(sale.event.id, {
    whole: seats => sale.map.whole(seats),
    changed: changes => sale.map.changed(changes),
    connected: live => connected(sale, live),
  });
  const ends = [
    () => stream.close(),
    sale.holds.listen(),
    sale.map.subscribe(seats => mapChanged(sale, seats)),
    onChange(() => sale.holds.read()),
    everySecond(clockOf(sale)),
    on(document, 'visibilitychange', () => { if (document.visibilityState === 'visible') lookAgain(sale); }),
    on(window, 'pageshow', () => lookAgain(sale)),
    on(window, 'online', () => lookAgain(sale)),
  ];
  sale.holds.read().then(() => sale.resume());
  return () => {
    for (const end of ends) end();
    sale.close();
  };
}

/**
 * @param {EventTarget} target
 * @param {string} name
 * @param {() => void} told
 */
function on(target, name, told) {
  target.addEventListener(name, told);
  return () => target.removeEventListener(name, told);
}

/**
 * @param {Sale} sale
 * @param {boolean} live
 */
function connected(sale, live) {
  if (live === sale.live) return;
  sale.live = live;
  announce(live ? t.event.liveAgain : t.event.notLive);
  sale.changed();
}

/**
 * @param {Sale} sale
 * @param {number[]|null} seats
 */
function mapChanged(sale, seats) {
  sale.checkChoice(seats);
  const mine = sale.holds.seats;
  const over = (seats ?? [...mine]).some(i => mine.has(i) && sale.map.at(i) !== 'h');
  if (over) sale.holds.read();
}

/** @param {Sale} sale */
function lookAgain(sale) {
  sale.holds.read();
  readEvent(sale);
}

/**
 * What each second brings: milestones, holds that are over, the sale's opening
 * and end.
 * @param {Sale} sale
 */
function clockOf(sale) {
  /** @type {Map<string, number>} */
  const before = new Map();
  let asked = 0;
  return (/** @type {boolean} */ jumped) => {
    if (jumped) lookAgain(sale);
    for (const hold of sale.holds.list) {
      if (hold.status === 'sold') continue;
      const left = secondsUntil(hold.deadline);
      const passed = milestone(before.get(hold.id), left);
      before.set(hold.id, left);
      if (left <= 0) sale.holds.read();
      else if (passed) announce(t.event.timeLeft(seatsText(sale.plan, hold.seats), passed));
    }
    if (statusIsOver(sale.event) && Date.now() - asked > eventAgain) {
      asked = Date.now();
      readEvent(sale);
    }
  };
}

/** @param {import('../catalog.js').Event} event */
function statusIsOver(event) {
  const until = event.status === 'scheduled' ? event.on_sale_at : event.status === 'on_sale' ? event.off_sale_at ?? event.starts_at : null;
  return until !== null && now() >= Date.parse(until);
}

/** @param {Sale} sale */
async function readEvent(sale) {
  const event = await call('GET', eventPath(sale.event.id)).catch(() => null); // the next look may have more luck
  if (!event) return;
  if (event.status === 'on_sale' && sale.event.status === 'scheduled') announce(t.event.nowOnSale);
  sale.event = event;
  sale.changed();
}
