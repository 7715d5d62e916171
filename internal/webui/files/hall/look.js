// What one reader sees of a seat: the live map, with what is theirs.

import {nameOf} from './letters.js';

/** @typedef {import('./letters.js').SeatName|'mine'|'chosen'} SeatLook */

/**
 * What is held by this reader is theirs, whatever the map says of it.
 * @param {import('./seatstate.js').SeatState} map
 * @param {Set<number>} mine
 * @param {Set<number>} chosen
 * @param {number} i
 */
export function lookOf(map, mine, chosen, i) {
  if (mine.has(i)) return 'mine';
  return chosen.has(i) ? 'chosen' : nameOf[map.at(i)];
}
