// Texts and the forms of numbers and times, in the language of the reader.

import en from './texts/en.js';

// Languages that there are texts for; the first is what others get.
const languages = {en};

const language = navigator.languages.map(l => l.split('-')[0]).find(l => l in languages) ?? 'en';

/** @type {typeof en} */
export const t = languages[/** @type {keyof typeof languages} */ (language)];

document.documentElement.lang = language;

// Numbers and times as the reader's country writes them, in the language of the
// texts.
export const locale = navigator.languages.find(l => l.split('-')[0] === language) ?? language;

/** Making a form costs far more than using it, and a hall has many prices. @type {Map<string, Intl.NumberFormat>} */
const currencies = new Map();

/** @param {string} currency */
function formOf(currency) {
  let form = currencies.get(currency);
  if (!form) {
    form = new Intl.NumberFormat(locale, {style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger'});
    currencies.set(currency, form);
  }
  return form;
}

/**
 * An amount of money to read, "€45" for {amount: 4500, currency: 'EUR'}.
 * @param {{amount: number, currency: string}} money in minor units
 */
export const money = ({amount, currency}) => formOf(currency).format(amount / 10 ** minorDigits(currency));

/**
 * How many digits of a currency's amounts are behind the point.
 * @param {string} currency
 */
export const minorDigits = currency => formOf(currency).resolvedOptions().maximumFractionDigits ?? 2;

const day = new Intl.DateTimeFormat(locale, {dateStyle: 'full', timeStyle: 'short'});
const moment = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeStyle: 'short'});
const hour = new Intl.DateTimeFormat(locale, {timeStyle: 'short'});
const joined = new Intl.ListFormat(locale, {type: 'conjunction'});
const counted = new Intl.NumberFormat(locale);

/** @param {string} time of the API, RFC 3339 */
export const longDate = time => day.format(new Date(time));
/** @param {string} time of the API, RFC 3339 */
export const shortDate = time => moment.format(new Date(time));
/** @param {number} time in ms as Date.now has them: a time of this day */
export const shortTime = time => hour.format(new Date(time));
/** @param {string[]} items as one reads them: "a, b and c" */
export const list = items => joined.format(items);
/** @param {number} n */
export const number = n => counted.format(n);

/**
 * A time that is left, as a clock shows it: 9:05.
 * @param {number} seconds
 */
export function clock(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
