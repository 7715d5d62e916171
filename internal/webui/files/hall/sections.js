// The hall seen from afar: its sections, tinted by how much of each is free. It
// is one bitmap, which also stands in where the seats are not painted yet.

import {grown, meets} from './box.js';
import {fillOutline, paintGround} from './paint.js';

/** @typedef {import('./paint.js').Look} Look */

const largest = 2400; // device px a side
const steps = 12; // of the tint
const margin = 8; // plan units at 1 px each, around the hall

export class Sections {
  /** @param {Look} look */
  constructor(look) {
    this.look = look;
    const {scene} = look;
    this.canvas = document.createElement('canvas');
    this.ctx = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', {alpha: false}));
    this.box = grown(scene.plan.box, margin + Math.max(0, ...scene.outlines.map(o => o.pad)));
    this.scale = 0;
    this.categories = scene.plan.sections.map((_, k) => scene.categoryOf(k));
    /** @type {number[]} */
    this.tints = [];
    const hit = document.createElement('canvas').getContext('2d');
    this.hit = /** @type {CanvasRenderingContext2D} */ (hit);
  }

  /** @param {number} k */
  tint(k) {
    const {freeOf, plan} = this.look.scene;
    return freeOf[k] === 0 ? 0 : Math.ceil(freeOf[k] / plan.sections[k].seats.length * steps) / steps;
  }

  /**
   * Draws the sections; when still, sharply.
   * @param {CanvasRenderingContext2D} ctx
   * @param {{scale: number, x: number, y: number}} view in device px
   * @param {boolean} still
   */
  draw(ctx, view, still) {
    const scale = Math.min(view.scale, largest / this.box.w, largest / this.box.h);
    if (this.scale === 0 || (still && scale !== this.scale)) this.paintAll(scale);
    const stretch = view.scale / this.scale;
    const x = Math.round(view.x + Math.floor(this.box.x * this.scale) * stretch);
    const y = Math.round(view.y + Math.floor(this.box.y * this.scale) * stretch);
    if (stretch === 1) ctx.drawImage(this.canvas, x, y);
    else ctx.drawImage(this.canvas, x, y, Math.round(this.canvas.width * stretch), Math.round(this.canvas.height * stretch));
  }

  /** @param {number} scale */
  paintAll(scale) {
    this.scale = scale;
    this.canvas.width = Math.ceil(this.box.w * scale) + 1;
    this.canvas.height = Math.ceil(this.box.h * scale) + 1;
    this.tints = this.categories.map((_, k) => this.tint(k));
    this.paint({x: 0, y: 0, w: this.canvas.width, h: this.canvas.height});
  }

  /** Paints again the sections of which now much more or less is free. */
  refresh() {
    if (this.scale === 0) return;
    const {x, y} = this.view;
    this.tints.forEach((was, k) => {
      const now = this.tint(k);
      if (was === now) return;
      this.tints[k] = now;
      const {scene} = this.look;
      const box = grown(scene.plan.sections[k].box, scene.outlines[k].pad + 2 / this.scale);
      const left = Math.floor(box.x * this.scale + x);
      const top = Math.floor(box.y * this.scale + y);
      this.paint({x: left, y: top, w: Math.ceil(box.w * this.scale) + 1, h: Math.ceil(box.h * this.scale) + 1});
    });
  }

  /** All colours or all seats are others. */
  spoil() {
    if (this.scale) this.paintAll(this.scale);
  }

  get view() {
    return {scale: this.scale, x: -Math.floor(this.box.x * this.scale), y: -Math.floor(this.box.y * this.scale)};
  }

  /** @param {import('./box.js').Box} rect */
  paint(rect) {
    const {ctx, look, view} = this;
    const {palette, ratio} = look;
    ctx.save();
    paintGround(ctx, look, view, rect, (outline, k) => {
      const colours = palette.categories[this.categories[k]];
      fillOutline(ctx, outline, this.tints[k] ? colours.ring : palette.edge, 0);
      fillOutline(ctx, outline, colours.tint(this.tints[k]), -1.2 * ratio / view.scale);
    });
    ctx.restore();
  }

  /**
   * The section at a point of the plan, or -1.
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    return this.look.scene.plan.sections.findIndex((_, k) => this.inside(k, x, y));
  }

  /**
   * Whether a point of the plan is in a section.
   * @param {number} k
   * @param {number} x
   * @param {number} y
   */
  inside(k, x, y) {
    const {path, pad} = this.look.scene.outlines[k];
    if (!meets(grown(this.look.scene.plan.sections[k].box, pad), {x, y, w: 0, h: 0})) return false;
    this.hit.lineJoin = 'round';
    this.hit.lineWidth = 2 * pad;
    return this.hit.isPointInPath(path, x, y) || this.hit.isPointInStroke(path, x, y);
  }
}
