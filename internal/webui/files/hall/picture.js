// The canvas of a hall: what is drawn on it, and when. It draws when there is
// something new to see and rests otherwise.

import {Camera} from './camera.js';
import {Labels} from './labels.js';
import {Overlay} from './overlay.js';
import {paintSeats} from './paint.js';
import {onColours, readPalette} from './palette.js';
import {Scene} from './scene.js';
import {Sections} from './sections.js';
import {closest, far} from './sizes.js';
import {Tiles} from './tiles.js';

const rest = 110; // ms without a move after which everything is made sharp
const fadeTime = 180; // ms from sections to seats
const mostPixels = 9e6;
const paints = {moving: 1, still: 3}; // tiles a frame

export class Picture {
  /**
   * @param {HTMLElement} element what it fills
   * @param {import('./plan.js').Plan} plan
   * @param {() => void} drawn called after each drawing
   */
  constructor(element, plan, drawn) {
    this.element = element;
    this.drawn = drawn;
    this.calmQuery = matchMedia('(prefers-reduced-motion: reduce)');
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'hall-canvas';
    this.canvas.setAttribute('role', 'img');
    element.prepend(this.canvas);
    this.ctx = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', {alpha: false}));
    this.scene = new Scene(plan);
    this.look = {scene: this.scene, palette: readPalette(element, plan.categories), ratio: 1};
    this.camera = new Camera(plan.box, closest / this.scene.radius);
    this.tiles = new Tiles((ctx, view, rect) => paintSeats(ctx, this.look, view, rect));
    this.sections = new Sections(this.look);
    this.labels = new Labels(this.look, this.sections);
    this.overlay = new Overlay(this.look, () => this.calm);
    this.fade = -1; // 1: only sections are seen, 0: only seats
    this.movedAt = -Infinity;
    this.drawnAt = 0;
    this.frame = 0;
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(element);
    this.endColours = onColours(() => this.recolour());
  }

  /** Whether nothing is to move by itself. */
  get calm() {
    return this.calmQuery.matches;
  }

  /** Has it drawn at the next frame. */
  draw() {
    if (this.frame === 0) this.frame = requestAnimationFrame(now => this.drawNow(now));
  }

  /**
   * Goes to a view, at once or in so many ms.
   * @param {import('./camera.js').View} view
   * @param {number} ms
   */
  go(view, ms) {
    this.camera.go(view, this.calm ? 0 : ms);
    this.movedAt = performance.now();
    this.draw();
  }

  resize() {
    const {clientWidth: w, clientHeight: h} = this.element;
    if (w === 0 || h === 0) return;
    const ratio = Math.min(devicePixelRatio, 2, Math.sqrt(mostPixels / (w * h)));
    if (ratio !== this.look.ratio) {
      this.look.ratio = ratio;
      this.labels.clear();
    }
    this.canvas.width = Math.round(w * ratio);
    this.canvas.height = Math.round(h * ratio);
    this.camera.resize(w, h);
    cancelAnimationFrame(this.frame);
    this.drawNow(performance.now()); // at once: the canvas is empty now
  }

  recolour() {
    this.look.palette = readPalette(this.element, this.scene.plan.categories);
    this.labels.clear();
    this.tiles.clear();
    this.sections.spoil();
    this.draw();
  }

  /** @param {number} now */
  drawNow(now) {
    this.frame = 0;
    if (this.camera.width === 0) return;
    const moving = this.camera.moving;
    this.camera.step(now);
    if (moving) this.movedAt = now;
    const still = !this.camera.moving && now - this.movedAt >= rest;
    const fading = this.stepFade(now);
    const {scale, x, y} = this.camera.view;
    const {ratio} = this.look;
    const view = {scale: scale * ratio, x: Math.round(x * ratio), y: Math.round(y * ratio)};
    const pending = this.drawHall(view, still);
    const alive = this.overlay.draw(this.ctx, view, now);
    this.drawnAt = now;
    this.drawn();
    if (!still || fading || pending || alive) this.draw();
  }

  /**
   * Draws what stays where it is in the hall. Returns whether it is not all
   * sharp yet.
   * @param {{scale: number, x: number, y: number}} view in device px
   * @param {boolean} still
   */
  drawHall(view, still) {
    const {ctx, canvas, fade} = this;
    const room = {w: canvas.width, h: canvas.height};
    let pending = false;
    ctx.fillStyle = this.look.palette.ground;
    ctx.fillRect(0, 0, room.w, room.h);
    if (fade < 1) {
      if (!this.tiles.covers(view, room)) this.sections.draw(ctx, view, false);
      pending = this.tiles.draw(ctx, view, room, still ? paints.still : paints.moving, still);
    }
    if (fade > 0) {
      ctx.globalAlpha = fade;
      this.sections.draw(ctx, view, still);
      this.labels.draw(ctx, view, still);
      ctx.globalAlpha = 1;
    }
    return pending;
  }

  /**
   * From sections to seats and back. Returns whether it is under way.
   * @param {number} now
   */
  stepFade(now) {
    const goal = this.scene.radius * this.camera.view.scale < far ? 1 : 0;
    const step = Math.min(Math.max(now - this.drawnAt, 1), 50) / fadeTime;
    if (this.fade < 0 || this.calm) this.fade = goal;
    else this.fade = goal ? Math.min(1, this.fade + step) : Math.max(0, this.fade - step);
    return this.fade !== goal;
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.frame = -1; // no more
    this.sizes.disconnect();
    this.endColours();
    this.tiles.clear();
    this.canvas.remove();
  }
}
