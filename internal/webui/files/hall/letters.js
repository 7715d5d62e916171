// What the API calls a seat's state in a map: one character each.

/** @typedef {'free'|'held'|'sold'|'blocked'} SeatName */

/** @type {Record<string, SeatName>} */
export const nameOf = {'.': 'free', h: 'held', s: 'sold', x: 'blocked'};

/** The same by the character's code. @type {Record<number, SeatName>} */
export const nameOfCode = Object.fromEntries(Object.entries(nameOf).map(([letter, name]) => [letter.charCodeAt(0), name]));

/** The code of a free seat. */
export const free = 46;
