// What is drawn over the hall and moves by itself: refused seats, and the rings
// of the seat under the pointer and of the one with the keyboard's focus.

import {drawConflict} from './marks.js';

/** @typedef {import('./paint.js').Look} Look */

const shown = 6000; // ms a refused seat is marked
const fading = 900; // of them, at the end
const beat = 900; // ms

export class Overlay {
  /**
   * @param {Look} look
   * @param {() => boolean} calm whether nothing is to move
   */
  constructor(look, calm) {
    this.look = look;
    this.calm = calm;
    /** When each was refused, by performance.now. @type {Map<number, number>} */
    this.conflicts = new Map();
    /** @type {number|null} */
    this.focus = null;
    /** @type {number|null} */
    this.hover = null;
  }

  /** @param {Iterable<number>} seats */
  setConflicts(seats) {
    const now = performance.now();
    this.conflicts = new Map([...seats].map(i => [i, this.conflicts.get(i) ?? now]));
  }

  /**
   * Draws it, and returns whether it will look different in a moment.
   * @param {CanvasRenderingContext2D} ctx
   * @param {{scale: number, x: number, y: number}} view in device px
   * @param {number} now
   */
  draw(ctx, view, now) {
    const {plan} = this.look.scene;
    let alive = false;
    for (const [i, since] of this.conflicts) {
      const age = now - since;
      if (age >= shown) continue; // kept, so that telling it again does not show it again
      alive = true;
      const {x, y, r} = spot(plan, i, view);
      ctx.globalAlpha = this.calm() ? 1 : Math.min(1, (shown - age) / fading);
      const swell = this.calm() ? 0.5 : 0.5 - 0.5 * Math.cos(age / beat * 2 * Math.PI);
      drawConflict(ctx, x, y, Math.max(r, 5 * this.look.ratio), this.look.palette, swell);
      ctx.globalAlpha = 1;
    }
    if (this.hover !== null && this.hover !== this.focus) this.ring(ctx, spot(plan, this.hover, view), 2, this.look.palette.text);
    if (this.focus !== null) this.ring(ctx, spot(plan, this.focus, view), 3, this.look.palette.accent);
    return alive;
  }

  /**
   * A ring with a rim of the ground on both sides, to be seen on anything.
   * @param {CanvasRenderingContext2D} ctx
   * @param {{x: number, y: number, r: number}} at
   * @param {number} width CSS px
   * @param {string} colour
   */
  ring(ctx, {x, y, r}, width, colour) {
    const {palette, ratio} = this.look;
    ctx.beginPath();
    ctx.arc(x, y, Math.max(r * 1.3, r + 3 * ratio), 0, 2 * Math.PI);
    ctx.lineWidth = (width + 3) * ratio;
    ctx.strokeStyle = palette.ground;
    ctx.stroke();
    ctx.lineWidth = width * ratio;
    ctx.strokeStyle = colour;
    ctx.stroke();
  }
}

/**
 * Where a seat is seen.
 * @param {import('./plan.js').Plan} plan
 * @param {number} i
 * @param {{scale: number, x: number, y: number}} view
 */
export const spot = ({x, y, r}, i, view) => ({x: x[i] * view.scale + view.x, y: y[i] * view.scale + view.y, r: r[i] * view.scale});
