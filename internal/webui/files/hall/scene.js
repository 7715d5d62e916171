// What there is to draw: the plan, where its seats and sections are, and how
// each seat stands now.

import {distance} from './box.js';
import {free, nameOfCode} from './letters.js';
import {outlineOf} from './outline.js';
import {Places} from './places.js';

/**
 * @typedef {import('./plan.js').Plan} Plan
 * @typedef {import('./marks.js').Kind} Kind
 */

export class Scene {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    this.places = new Places(plan);
    this.outlines = plan.sections.map((_, k) => outlineOf(plan, k));
    /** The radius that most seats have, in plan units. */
    this.radius = plan.count ? plan.r.toSorted()[plan.count >> 1] : 1;
    this.rowLabels = readLabels(plan, this.places);
    this.map = new Uint8Array(plan.count).fill(free);
    this.freeOf = Int32Array.from(plan.sections, s => s.seats.length);
    /** @type {Set<number>} */
    this.mine = new Set();
    /** @type {Set<number>} */
    this.chosen = new Set();
  }

  /** @param {string} seats */
  setMap(seats) {
    this.freeOf.fill(0);
    for (let i = 0; i < this.plan.count; i++) {
      this.map[i] = seats.charCodeAt(i);
      if (this.map[i] === free) this.freeOf[this.plan.seats[i].section]++;
    }
  }

  /**
   * @param {number} i
   * @param {string} state
   */
  change(i, state) {
    const {section} = this.plan.seats[i];
    if (this.map[i] === free) this.freeOf[section]--;
    this.map[i] = state.charCodeAt(0);
    if (this.map[i] === free) this.freeOf[section]++;
  }

  /**
   * What a seat is to this customer.
   * @param {number} i
   * @returns {Kind}
   */
  kind(i) {
    if (this.mine.has(i)) return 'mine';
    if (this.chosen.has(i)) return 'chosen';
    return nameOfCode[this.map[i]];
  }

  /**
   * The category that most seats of a section have.
   * @param {number} k
   */
  categoryOf(k) {
    const counts = new Map();
    for (const i of this.plan.sections[k].seats) {
      const {category} = this.plan.seats[i];
      counts.set(category, (counts.get(category) ?? 0) + 1);
    }
    return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  }
}

/**
 * The rows' labels, but those that would lie on a seat or on one another, as
 * where boxes stand beside the rows of the stalls.
 * @param {Plan} plan
 * @param {Places} places
 */
function readLabels(plan, places) {
  /** @type {{text: string, x: number, y: number}[]} */
  const labels = [];
  const taken = new Set();
  for (const {label, labelAt: [first, other]} of plan.rows) {
    // A row around a table begins where it ends.
    const two = other && distance(first.x - other.x, first.y - other.y) > 4 * places.largest;
    for (const {x, y} of two ? [first, other] : first ? [first] : []) {
      const cell = `${Math.round(x / places.largest)},${Math.round(y / places.largest)}`;
      if (taken.has(cell) || places.nearest(x, y, 0.8 * places.largest) >= 0) continue;
      taken.add(cell);
      labels.push({text: label, x, y});
    }
  }
  return labels;
}
