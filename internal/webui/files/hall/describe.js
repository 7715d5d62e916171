// What the card says of a seat or of a section.

import {money, number, t} from '../texts.js';
import {seatText} from './plan.js';

/** @typedef {import('./scene.js').Scene} Scene */

/**
 * @param {Scene} scene
 * @param {number} i
 */
export function describeSeat(scene, i) {
  const {plan} = scene;
  const {price, name} = plan.categories[plan.seats[i].category];
  return {name: seatText(plan, i), more: [price ? money(price) : name, t.states[scene.kind(i)]].join(' · ')};
}

/**
 * @param {Scene} scene
 * @param {number} k
 */
export function describeSection(scene, k) {
  const {plan, freeOf} = scene;
  const prices = [...new Set(plan.sections[k].seats.map(i => plan.seats[i].category))]
    .map(c => plan.categories[c].price).filter(price => price !== null);
  const least = prices.length ? prices.reduce((a, b) => (b.amount < a.amount ? b : a)) : null;
  const from = least && (prices.every(p => p.amount === least.amount) ? money(least) : t.hall.from(money(least)));
  const free = freeOf[k] ? t.hall.free(number(freeOf[k])) : t.hall.full;
  return {name: plan.sections[k].name, more: [from, free].filter(Boolean).join(' · ')};
}
