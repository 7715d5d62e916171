// The fields of an event's forms, and what stands in them as the API wants it.

import {minorDigits, number, t} from '../texts.js';
import {html} from '../ui.js';
import {zoneName} from './formats.js';

const words = t.organizer.form;

export const longestName = 200; // characters
const highestPrice = 1_000_000_000_000; // minor units

/**
 * One field with its label, hint and error.
 * @param {{id: string, label: string, hint?: string, error?: string, [attribute: string]: unknown}} props what else is given goes to the input
 */
export function Field({id, label, hint, error, ...input}) {
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return html`
    <div class="entry">
      <label for=${id}>${label}</label>
      <input id=${id} aria-invalid=${error ? 'true' : undefined} aria-describedby=${about || undefined} ...${input} />
      ${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}
      ${error && html`<span class="field-error" id=${`${id}-error`}>${error}</span>`}
    </div>`;
}

/**
 * What stands in the fields; all text, as typed.
 * @typedef {{name: string, starts_at: string, on_sale_at: string, off_sale_at: string, hold_ttl_seconds: string, max_seats_per_customer: string}} Values
 * @typedef {Partial<Record<keyof Values|'plan'|'prices', string>>} Errors
 */

/** @type {Values} */
export const noValues = {name: '', starts_at: '', on_sale_at: '', off_sale_at: '', hold_ttl_seconds: '', max_seats_per_customer: ''};

/**
 * @param {{values: Values, errors: Errors, onChange(name: keyof Values, value: string): void}} props
 */
export function EventFields({values, errors, onChange}) {
  const field = (/** @type {keyof Values} */ name, /** @type {{label: string, hint?: string, [attribute: string]: unknown}} */ props) => html`
    <${Field} id=${name} name=${name} value=${values[name]} error=${errors[name]} ...${props}
      onInput=${(/** @type {InputEvent} */ e) => onChange(name, /** @type {HTMLInputElement} */ (e.target).value)} />`;
  return html`
    ${field('name', {label: words.name, required: true, maxlength: longestName, autocomplete: 'off'})}
    <div class="entries">
      ${field('starts_at', {label: words.starts, type: 'datetime-local', required: true})}
      ${field('on_sale_at', {label: words.opens, type: 'datetime-local', hint: words.opensHint})}
      ${field('off_sale_at', {label: words.ends, type: 'datetime-local', hint: words.endsHint})}
    </div>
    <p class="quiet">${words.zone(zoneName())}</p>
    <div class="entries">
      ${field('hold_ttl_seconds', {label: words.hold, type: 'number', min: '0', step: 'any', inputmode: 'decimal', hint: words.asUsual})}
      ${field('max_seats_per_customer', {label: words.limit, type: 'number', min: '1', step: '1', inputmode: 'numeric', hint: words.asUsual})}
    </div>`;
}

/**
 * Reads the fields: the body's members, null for what is left empty, and what
 * is wrong by field.
 * @param {Values} values
 */
export function readFields(values) {
  /** @type {Errors} */
  const errors = {};
  const name = values.name.trim();
  if (!name) errors.name = words.wrong.name;
  else if ([...name].length > longestName) errors.name = words.wrong.longName;
  const body = {
    name, starts_at: fromLocal(values.starts_at), on_sale_at: fromLocal(values.on_sale_at), off_sale_at: fromLocal(values.off_sale_at),
    hold_ttl_seconds: values.hold_ttl_seconds === '' ? null : Math.round(60 * Number(values.hold_ttl_seconds)),
    max_seats_per_customer: values.max_seats_per_customer === '' ? null : Number(values.max_seats_per_customer),
  };
  if (!body.starts_at) errors.starts_at = words.wrong.starts;
  const ends = body.off_sale_at ?? body.starts_at;
  if (body.on_sale_at && ends && body.on_sale_at >= ends) errors.on_sale_at = words.wrong.opens;
  if (body.hold_ttl_seconds !== null && !(body.hold_ttl_seconds >= 1)) errors.hold_ttl_seconds = words.wrong.hold;
  const limit = body.max_seats_per_customer;
  if (limit !== null && !(Number.isInteger(limit) && limit >= 1)) errors.max_seats_per_customer = words.wrong.limit;
  return {body, errors};
}

/**
 * What an event has, as it stands in the fields.
 * @param {import('./status.js').Event} event
 * @returns {Values}
 */
export const valuesOf = event => ({
  name: event.name, starts_at: toLocal(event.starts_at), on_sale_at: toLocal(event.on_sale_at), off_sale_at: toLocal(event.off_sale_at),
  hold_ttl_seconds: String(Math.round(event.hold_ttl_seconds / 0.6) / 100), max_seats_per_customer: String(event.max_seats_per_customer),
});

/** @param {string|null} time of the API; what datetime-local takes, in the reader's zone */
export function toLocal(time) {
  if (!time) return '';
  const d = new Date(time);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${String(d.getFullYear()).padStart(4, '0')}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** @param {string} value of datetime-local; null where it is no time */
export function fromLocal(value) {
  const d = new Date(value);
  return value && !Number.isNaN(d.getTime()) ? d.toISOString() : null;
}

/**
 * Reads a price as people write it, with a point or a comma.
 * @param {string} text
 * @param {string} currency
 * @returns {{amount: number, error?: undefined}|{amount?: undefined, error: string}} amount in minor units
 */
export function readPrice(text, currency) {
  if (text.trim() === '') return {error: words.wrong.noPrice};
  const digits = minorDigits(currency);
  const [, whole, part = ''] = /^(\d+)(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined || part.length > digits) return {error: words.wrong.price(digits)};
  const amount = Number(whole + part.padEnd(digits, '0'));
  return amount > highestPrice ? {error: words.wrong.highPrice} : {amount};
}

/**
 * Which field a refusal is about: its detail begins with the field's name.
 * @param {import('../problem.js').Problem} problem
 * @returns {Errors|null} null where it is about none
 */
export function errorsOf(problem) {
  const [, name, text] = /^(\w+)[^:]*: (.+)$/s.exec(problem.detail) ?? [];
  if (name === 'prices') return {prices: text};
  if (problem.code === 'invalid_plan' || name === 'plan') return {plan: problem.detail};
  if (name === 'hold_ttl_seconds') return {hold_ttl_seconds: holdError(text)};
  return name in noValues ? {[name]: text} : null;
}

/** The service speaks of seconds, the field of minutes. @param {string} text */
function holdError(text) {
  const [, most] = /^1 to (\d+)$/.exec(text) ?? [];
  return most ? words.wrong.longHold(number(Number(most) / 60)) : text;
}

/**
 * What takes the error of a field away, which is being written anew.
 * @param {string} name
 * @returns {<T extends Record<string, string|undefined>>(errors: T) => T}
 */
export const without = name => errors => ({...errors, [name]: undefined});
