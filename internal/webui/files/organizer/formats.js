// The forms of numbers and times that only the organizer's pages have.

import {locale, number, t} from '../texts.js';

const share = new Intl.NumberFormat(locale, {style: 'percent', maximumFractionDigits: 0});
const hour = new Intl.DateTimeFormat(locale, {hour: 'numeric', minute: '2-digit'});
const second = new Intl.DateTimeFormat(locale, {hour: 'numeric', minute: '2-digit', second: '2-digit'});
const date = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'short'});
const dateAndHour = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit'});

/**
 * A part of a whole as a percentage. It is rounded down: 100 % is all of it.
 * @param {number} part
 * @param {number} whole
 */
export const percent = (part, whole) => share.format(whole ? Math.floor(100 * part / whole) / 100 : 0);

/** @param {number} n */
export const seatCount = n => t.organizer.seatCount(number(n));

/** @param {number} ms of Date.now */
export const hourOf = ms => hour.format(ms);
/** @param {number} ms of Date.now */
export const secondOf = ms => second.format(ms);
/** @param {number} ms of Date.now */
export const dateOf = ms => date.format(ms);
/** @param {number} ms of Date.now */
export const dateAndHourOf = ms => dateAndHour.format(ms);

/** The reader's time zone in words: "Europe/Berlin, Central European Time". */
export function zoneName() {
  const form = new Intl.DateTimeFormat(locale, {timeZoneName: 'longGeneric'});
  const name = form.formatToParts().find(p => p.type === 'timeZoneName')?.value ?? '';
  const zone = form.resolvedOptions().timeZone.replaceAll('_', ' ');
  return zone === name ? zone : `${zone}, ${name}`;
}
