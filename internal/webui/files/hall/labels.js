// The sections' names and how much of them is free, written where they fit.
// Each is drawn once and copied from then on, always in the same size.

import {number, t} from '../texts.js';
import {distance} from './box.js';

/** @typedef {import('./paint.js').Look} Look */

const face = 'system-ui, sans-serif';
// What may be written, the best first: "101, 269 free", "101, 269", "101". Sizes
// are CSS px; smaller than 9 nobody can read.
const forms = [
  {name: 13, count: 11.5, line: 15, words: true}, {name: 13, count: 11.5, line: 15, words: false},
  {name: 13, count: 0, line: 15, words: false}, {name: 10.5, count: 0, line: 11, words: false}, {name: 9, count: 0, line: 9.5, words: false},
];
const nameOnly = 2; // the first of forms that is

/**
 * @typedef {{canvas: HTMLCanvasElement, free: number}} Sprite
 * @typedef {{text: string, font: string}} Line
 */

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
    this.spots = plan.sections.map(({seats}) => middleOf(plan, places, seats));
    this.meter = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
    /** How large the writing gets, in device px. @type {Map<string, {w: number, h: number}>} */
    this.rooms = new Map();
    /** @type {Map<string, Sprite>} */
    this.sprites = new Map();
    /** Which form fits, by section, at this scale; -1 for none. @type {number[]} */
    this.fits = [];
    this.scale = 0;
  }

  /** Colours are others, or pixels. */
  clear() {
    this.sprites.clear();
    this.rooms.clear();
    this.scale = 0;
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {{scale: number, x: number, y: number}} view in device px
   * @param {boolean} still
   */
  draw(ctx, view, still) {
    this.each(view, still, (k, form, x, y) => {
      const {canvas} = this.sprite(k, form);
      ctx.drawImage(canvas, Math.round(x - canvas.width / 2), Math.round(y - canvas.height / 2));
    });
  }

  /**
   * Draws the names over seats, which they cover as little as possible.
   * @param {CanvasRenderingContext2D} ctx
   * @param {{scale: number, x: number, y: number}} view in device px
   * @param {boolean} still
   */
  drawOver(ctx, view, still) {
    const {palette, ratio} = this.look;
    this.each(view, still, (k, form, x, y) => {
      const {canvas} = this.sprite(k, Math.max(form, nameOnly));
      const [w, h] = [canvas.width + 8 * ratio, canvas.height + 3 * ratio];
      ctx.beginPath();
      ctx.roundRect(x - w / 2, y - h / 2, w, h, h / 2);
      ctx.fillStyle = palette.ground;
      ctx.globalAlpha = 0.88;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.drawImage(canvas, Math.round(x - canvas.width / 2), Math.round(y - canvas.height / 2));
    });
  }

  /**
   * @param {{scale: number, x: number, y: number}} view
   * @param {boolean} still
   * @param {(k: number, form: number, x: number, y: number) => void} draw
   */
  each(view, still, draw) {
    if (this.scale !== view.scale && (still || this.scale === 0)) this.measure(view.scale);
    this.fits.forEach((form, k) => {
      if (form >= 0) draw(k, form, view.x + this.spots[k].x * view.scale, view.y + this.spots[k].y * view.scale);
    });
  }

  /** @param {number} scale */
  measure(scale) {
    this.scale = scale;
    this.fits = this.names.map((_, k) => forms.findIndex((_, form) => this.fitsIn(k, form, scale)));
  }

  /**
   * Whether the corners of the writing, at its longest, are in the section's own
   * shape.
   * @param {number} k
   * @param {number} form
   * @param {number} scale
   */
  fitsIn(k, form, scale) {
    const {x, y} = this.spots[k];
    const {w, h} = this.room(k, form);
    const dx = 0.54 * w / scale;
    const dy = 0.46 * h / scale;
    return [[-dx, -dy], [dx, -dy], [dx, dy], [-dx, dy]].every(([px, py]) => this.sections.inside(k, x + px, y + py));
  }

  /**
   * @param {number} k
   * @param {number} form
   */
  room(k, form) {
    const key = `${k},${form}`;
    let room = this.rooms.get(key);
    if (!room) {
      const all = this.look.scene.plan.sections[k].seats.length;
      const texts = [all, 0].flatMap(free => this.lines(k, form, free));
      room = {w: Math.max(...texts.map(line => this.width(line))), h: forms[form].line * (forms[form].count ? 2 : 1) * this.look.ratio};
      this.rooms.set(key, room);
    }
    return room;
  }

  /**
   * @param {number} k
   * @param {number} form
   * @param {number} free
   * @returns {Line[]}
   */
  lines(k, form, free) {
    const {ratio} = this.look;
    const {name, count, words} = forms[form];
    const first = {text: this.names[k], font: `600 ${name * ratio}px ${face}`};
    if (!count) return [first];
    const text = !words ? number(free) : free ? t.hall.free(number(free)) : t.hall.full;
    return [first, {text, font: `${count * ratio}px ${face}`}];
  }

  /** @param {Line} line */
  width({text, font}) {
    this.meter.font = font;
    return this.meter.measureText(text).width;
  }

  /**
   * @param {number} k
   * @param {number} form index of forms
   */
  sprite(k, form) {
    const key = `${k},${form}`;
    const free = forms[form].count ? this.look.scene.freeOf[k] : 0;
    let sprite = this.sprites.get(key);
    if (!sprite || sprite.free !== free) {
      sprite = {canvas: this.write(this.lines(k, form, free), forms[form].line), free};
      this.sprites.set(key, sprite);
    }
    return sprite;
  }

  /**
   * @param {Line[]} lines
   * @param {number} height of one, CSS px
   */
  write(lines, height) {
    const {palette, ratio} = this.look;
    const canvas = document.createElement('canvas');
    const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    canvas.width = Math.ceil(Math.max(...lines.map(line => this.width(line)))) + 2;
    canvas.height = Math.ceil(lines.length * height * ratio);
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillStyle = palette.text;
    lines.forEach(({text, font}, k) => {
      ctx.font = font;
      ctx.fillText(text, canvas.width / 2, (k + 0.55) * height * ratio);
    });
    return canvas;
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
 * The middle of seats; where none is near it, as between boxes left and right,
 * the place of the seat that is nearest.
 * @param {import('./plan.js').Plan} plan
 * @param {import('./places.js').Places} places
 * @param {number[]} seats
 */
function middleOf({x, y}, places, seats) {
  let [px, py] = [0, 0];
  for (const i of seats) {
    px += x[i] / seats.length;
    py += y[i] / seats.length;
  }
  if (places.nearest(px, py, 4 * places.largest) >= 0) return {x: px, y: py};
  const far = (/** @type {number} */ i) => distance(x[i] - px, y[i] - py);
  const i = seats.reduce((a, b) => (far(b) < far(a) ? b : a));
  return {x: x[i], y: y[i]};
}
