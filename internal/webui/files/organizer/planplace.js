// The place in a plan that a refusal names, in people's words:
// "plan.zones[0].rows[3].seats[2].category: is missing" is about a seat of a
// row of a zone.

import {t} from '../texts.js';

const words = t.organizer.form.place;
const longestExcerpt = 600; // characters

/** What an element is called in the plan itself, by its list. @type {Record<string, string[]>} */
const names = {zones: ['name'], rows: ['row_label', 'row_number'], seats: ['seat_number', 'seat_guid'], categories: ['name'], areas: ['shape']};

/**
 * @param {string} detail of an invalid_plan
 * @param {any} doc the plan
 * @returns {{path: string, steps: string[], fault: string, excerpt: string}|null} null where the detail names no place
 */
export function placeOf(detail, doc) {
  const [, path, fault] = /^(plan(?:\.\w+(?:\[\d+\])?)*): (.*)$/s.exec(detail) ?? [];
  if (path === undefined) return null;
  const steps = [];
  let value = doc;
  let around = doc;
  for (const [, field, index] of path.matchAll(/\.(\w+)(?:\[(\d+)\])?/g)) {
    value = index === undefined ? value?.[field] : value?.[field]?.[Number(index)];
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) around = value;
    steps.push(index === undefined ? field : stepOf(field, Number(index), value));
  }
  return {path, steps, fault, excerpt: path === 'plan' ? '' : excerptOf(around)};
}

/**
 * @param {string} field
 * @param {number} index
 * @param {any} value
 */
function stepOf(field, index, value) {
  const kind = /** @type {any} */ (words)[field] ?? field;
  const name = names[field]?.map(f => value?.[f]).find(v => typeof v === 'string' && v !== '');
  return name === undefined ? words.nth(kind, index + 1) : words.named(kind, index + 1, name.replaceAll('%s', value.row_number ?? ''));
}

/**
 * The object as it stands there, its lists left out.
 * @param {unknown} value
 */
function excerptOf(value) {
  const text = JSON.stringify(value, (key, v) => key !== '' && Array.isArray(v) && v.length > 3 ? [`… ${v.length}`] : v, 2) ?? '';
  return text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text;
}
