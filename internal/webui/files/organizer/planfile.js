// Reading the file of a seating plan, and telling early what is no such file.
// Whether the plan is right is the service's to say: it names the place.

import {readPlan} from '../hall/plan.js';
import {t} from '../texts.js';
import {faultIn} from './jsonfault.js';

const words = t.organizer.form.fault;

export const mostBytes = 16 * 2 ** 20; // of the whole call, the service's bound
const excerpt = 40; // characters on each side of a fault

/**
 * A plan that was read. text is the file as it is, which is what is sent: read
 * and written anew it could be another plan.
 * @typedef {{file: string, text: string, doc: any, drawn: import('../hall/plan.js').Plan|null, categories: PlanCategory[], seats: number}} PlanFile
 * @typedef {{name: string, color: string, seats: number}} PlanCategory
 */

/** What is wrong with a file. */
export class PlanFault extends Error {
  /**
   * @param {string} text
   * @param {string} [excerpt] of the file, where it goes wrong
   */
  constructor(text, excerpt = '') {
    super(text);
    this.excerpt = excerpt;
  }
}

/**
 * Throws a PlanFault.
 * @param {File} file
 * @returns {Promise<PlanFile>}
 */
export async function readPlanFile(file) {
  if (file.size === 0) throw new PlanFault(words.empty);
  if (file.size > mostBytes) throw new PlanFault(words.big((file.size / 2 ** 20).toFixed(1)));
  const bytes = await file.arrayBuffer().catch(() => { throw new PlanFault(words.unread); });
  const text = decode(bytes);
  const doc = parse(text);
  if (!Array.isArray(doc?.zones)) throw new PlanFault(words.notPlan);
  if (!Array.isArray(doc.categories) || doc.categories.length === 0) throw new PlanFault(words.noCategories);
  const seats = seatsOf(doc);
  if (seats.length === 0) throw new PlanFault(words.noSeats);
  return {file: file.name, text, doc, drawn: draw(doc), categories: count(doc, seats), seats: seats.length};
}

/** @param {ArrayBuffer} bytes */
function decode(bytes) {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes); // without a byte order mark, which no JSON has
  } catch {
    throw new PlanFault(words.encoding);
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw syntaxFault(text, faultIn(text));
  }
}

/**
 * @param {string} text
 * @param {number} at
 */
function syntaxFault(text, at) {
  const before = text.slice(0, at).split('\n');
  const column = before[before.length - 1].length;
  const line = text.slice(at - column).split('\n', 1)[0];
  return new PlanFault(words.notJSONAt(before.length, column + 1), line.slice(Math.max(0, column - excerpt), column + excerpt));
}

/** @param {any} doc a plan that nobody has checked */
function seatsOf(doc) {
  const list = (/** @type {unknown} */ v) => Array.isArray(v) ? v : [];
  return doc.zones.flatMap((/** @type {any} */ zone) => list(zone?.rows).flatMap(row => list(row?.seats)));
}

/**
 * @param {any} doc
 * @param {any[]} seats
 * @returns {PlanCategory[]}
 */
function count(doc, seats) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const seat of seats) counts.set(seat?.category, (counts.get(seat?.category) ?? 0) + 1);
  return doc.categories.map((/** @type {any} */ c) => ({
    name: String(c?.name ?? ''), color: typeof c?.color === 'string' ? c.color : '', seats: counts.get(c?.name) ?? 0,
  }));
}

/** @param {any} doc; null where it cannot be drawn, which the service will say why */
function draw(doc) {
  try {
    return readPlan(doc);
  } catch {
    return null;
  }
}
