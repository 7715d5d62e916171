// The sections' names and how much of them is free, written where they fit.
// Each is drawn once and copied from then on, always in the same size.

import {number, t} from '../texts.js';

/** @typedef {import('./paint.js').Look} Look */

const face = 'system-ui, sans-serif';
const nameSize = 13; // CSS px, as all below
const countSize = 11.5;
const lineHeight = 15;

/** @typedef {{canvas: HTMLCanvasElement, w: number, h: number, free: number}} Sprite w and h are the writing's, in device px */

export class Labels {
  /**
   * @param {Look} look
   * @param {import('./sections.js').Sections} sections
   */
  constructor(look, sections) {
    this.look = look;
    this.sections = sections;
    const {plan, places} = look.scene;
    this.names = shortened(plan.sections.map(s => s.name));
    this.spots = plan.sections.map(({seats}) => {
      const mean = (/** @type {Float32Array} */ at) => seats.reduce((sum, i) => sum + at[i], 0) / seats.length;
      const i = nearestOf(plan, seats, mean(plan.x), mean(plan.y));
      return seats.length > 8 ? {x: mean(plan.x), y: mean(plan.y), i} : {x: plan.x[i], y: plan.y[i], i};
    });
    // The middle of a section in two pieces is in neither: then a seat's place.
    for (const spot of this.spots) {
      if (places.nearest(spot.x, spot.y, 4 * places.largest) < 0) Object.assign(spot, {x: plan.x[spot.i], y: plan.y[spot.i]});
    }
    /** @type {Map<string, Sprite>} */
    this.sprites = new Map();
    /** How many lines fit, by section, at this scale. @type {number[]} */
    this.fits = [];
    this.scale = 0;
  }

  /** Colours are others. */
  clear() {
    this.sprites.clear();
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {{scale: number, x: number, y: number}} view in device px
   * @param {boolean} still
   */
  draw(ctx, view, still) {
    if (this.scale !== view.scale && (still || this.scale === 0)) this.measure(view.scale);
    this.fits.forEach((lines, k) => {
      if (lines === 0) return;
      const {canvas} = this.sprite(k, lines);
      const {x, y} = this.spots[k];
      ctx.drawImage(canvas, Math.round(view.x + x * view.scale - canvas.width / 2), Math.round(view.y + y * view.scale - canvas.height / 2));
    });
  }

  /** @param {number} scale */
  measure(scale) {
    this.scale = scale;
    this.fits = this.names.map((_, k) => [2, 1].find(lines => this.fitsIn(k, this.sprite(k, lines), scale)) ?? 0);
  }

  /**
   * Whether the corners of the writing are in the section's own shape.
   * @param {number} k
   * @param {Sprite} sprite
   * @param {number} scale
   */
  fitsIn(k, {w, h}, scale) {
    const {x, y} = this.spots[k];
    const dx = 0.46 * w / scale;
    const dy = 0.42 * h / scale;
    return [[-dx, -dy], [dx, -dy], [dx, dy], [-dx, dy]].every(([px, py]) => this.sections.inside(k, x + px, y + py));
  }

  /**
   * @param {number} k
   * @param {number} lines 1: the name, 2: what is free too
   */
  sprite(k, lines) {
    const key = `${k},${lines}`;
    const free = lines === 2 ? this.look.scene.freeOf[k] : 0;
    let sprite = this.sprites.get(key);
    if (sprite?.free !== free) {
      sprite = this.write(this.names[k], lines === 2 ? (free ? t.hall.free(number(free)) : t.hall.full) : '', free);
      this.sprites.set(key, sprite);
    }
    return /** @type {Sprite} */ (sprite);
  }

  /**
   * @param {string} name
   * @param {string} count
   * @param {number} free
   * @returns {Sprite}
   */
  write(name, count, free) {
    const {palette, ratio} = this.look;
    const canvas = document.createElement('canvas');
    const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const fonts = [`600 ${nameSize * ratio}px ${face}`, `${countSize * ratio}px ${face}`];
    const widths = [name, count].map((text, line) => {
      ctx.font = fonts[line];
      return ctx.measureText(text).width;
    });
    const w = Math.ceil(Math.max(...widths));
    const h = Math.ceil((count ? 2 : 1) * lineHeight * ratio);
    canvas.width = w + 2;
    canvas.height = h;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillStyle = palette.text;
    [name, count].forEach((text, line) => {
      ctx.font = fonts[line];
      ctx.fillText(text, canvas.width / 2, (line + 0.55) * lineHeight * ratio);
    });
    return {canvas, w, h, free};
  }
}

/**
 * Names without the words that all of many begin with: "101" for "Section 101".
 * @param {string[]} names
 */
function shortened(names) {
  if (names.length < 4) return names;
  const words = names.map(name => name.split(' '));
  let common = 0;
  while (words.every(w => w.length > common + 1 && w[common] === words[0][common])) common++;
  return words.map(w => w.slice(common).join(' '));
}

/**
 * @param {import('./plan.js').Plan} plan
 * @param {number[]} seats
 * @param {number} px
 * @param {number} py
 */
function nearestOf({x, y}, seats, px, py) {
  const far = (/** @type {number} */ i) => Math.hypot(x[i] - px, y[i] - py);
  return seats.reduce((a, b) => (far(b) < far(a) ? b : a));
}
