// What one reader sees of a seat: the live map, with what is theirs.

/** @typedef {'free'|'held'|'sold'|'blocked'|'mine'|'chosen'} SeatLook */

/** @type {Record<string, SeatLook>} */
const looks = {'.': 'free', h: 'held', s: 'sold', x: 'blocked'};

/**
 * What is held by this reader is theirs, whatever the map says of it.
 * @param {import('./seatstate.js').SeatState} map
 * @param {Set<number>} mine
 * @param {Set<number>} chosen
 * @param {number} i
 */
export function lookOf(map, mine, chosen, i) {
  if (mine.has(i)) return 'mine';
  return chosen.has(i) ? 'chosen' : looks[map.at(i)];
}
