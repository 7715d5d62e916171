// The live map of one event: who has which seat, one character a seat. What
// shows seats subscribes here and redraws what changed, nothing else.

import {free, nameOfCode} from './letters.js';

/**
 * @typedef {'.'|'h'|'s'|'x'} State free, held, sold, blocked
 * @typedef {Record<import('./letters.js').SeatName, number>} Counts
 * @typedef {(changed: number[]|null) => void} Told null: everything may have changed
 */

export class SeatState {
  /** @param {number} count how many seats the plan has; all are free until told */
  constructor(count) {
    this.states = new Uint8Array(count).fill(free);
    /** Whether a whole map has come. */
    this.known = false;
    this.totals = none();
    this.totals.free = count;
    /** @type {Set<Told>} */
    this.told = new Set();
  }

  /**
   * Takes over a whole map.
   * @param {string} seats one character a seat, in plan order
   */
  whole(seats) {
    const {states} = this;
    const totals = none();
    for (let i = 0; i < states.length; i++) {
      states[i] = seats.charCodeAt(i);
      totals[nameOfCode[states[i]]]++;
    }
    this.totals = totals;
    this.known = true;
    for (const told of this.told) told(null);
  }

  /**
   * Takes over changes.
   * @param {[number, string][]} changes
   */
  changed(changes) {
    const changed = [];
    for (const [i, state] of changes) {
      const now = state.charCodeAt(0);
      const before = this.states[i];
      if (now === before || before === undefined) continue;
      this.states[i] = now;
      this.totals[nameOfCode[before]]--;
      this.totals[nameOfCode[now]]++;
      changed.push(i);
    }
    if (changed.length) for (const told of this.told) told(changed);
  }

  /**
   * @param {number} i
   * @returns {State}
   */
  at(i) {
    return /** @type {State} */ (String.fromCharCode(this.states[i]));
  }

  /** The whole map, as whole takes it. */
  text() {
    return new TextDecoder().decode(this.states);
  }

  /** How many seats of the hall are in which state. @returns {Counts} */
  counts() {
    return {...this.totals};
  }

  /**
   * How many seats of a section are in which state.
   * @param {{seats: number[]}} section one of plan.sections
   * @returns {Counts}
   */
  countsOf(section) {
    const counts = none();
    for (const i of section.seats) counts[nameOfCode[this.states[i]]]++;
    return counts;
  }

  /**
   * Has told called after each change; returns what ends that.
   * @param {Told} told
   */
  subscribe(told) {
    this.told.add(told);
    return () => { this.told.delete(told); };
  }
}

/** @returns {Counts} */
const none = () => ({free: 0, held: 0, sold: 0, blocked: 0});
