// The picture of a hall: it shows who has which seat as it changes, and can be
// moved, zoomed and pointed at. It draws when there is something new to see and
// rests otherwise.

import {Camera} from './camera.js';
import {describeSeat, describeSection} from './describe.js';
import {createCard} from './card.js';
import {Labels} from './labels.js';
import {reach} from './marks.js';
import {Overlay, spot} from './overlay.js';
import {paintSeats} from './paint.js';
import {onColours, readPalette} from './palette.js';
import {watchPointer} from './pointer.js';
import {Scene} from './scene.js';
import {Sections} from './sections.js';
import {Tiles} from './tiles.js';

/**
 * @typedef {import('./plan.js').Plan} Plan
 * @typedef {import('./pointer.js').Point} Point
 * @typedef {{onSeat?(i: number): void, onHover?(i: number|null): void, onSection?(k: number): void, label?: string}} Options
 *   onSeat: clicked or tapped, in whatever state; label: what the picture is, for who does not see it
 */

// Radii of a seat on the screen, in CSS px.
const far = 2.3; // smaller ones are not drawn: the sections are
const pointed = {mouse: 3.2, touch: 6.5}; // smaller ones are not chosen: the picture comes nearer
const near = 13; // what it comes to
const readable = 8; // what a seat is shown at that is to be seen
const closest = 28;

const finger = 14; // px that a finger may be off a seat's middle
const flight = 260; // ms
const rest = 110; // ms without a move after which everything is made sharp
const fadeTime = 180; // ms from sections to seats
const mostPixels = 9e6;
const many = 300; // seats that are not painted one by one

export class Hall {
  /**
   * @param {HTMLElement} element what it fills
   * @param {Plan} plan
   * @param {Options} options
   */
  constructor(element, plan, options) {
    this.element = element;
    this.options = options;
    this.calmQuery = matchMedia('(prefers-reduced-motion: reduce)');
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'hall-canvas';
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', options.label ?? '');
    element.prepend(this.canvas);
    halls.set(this.canvas, this);
    this.ctx = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d', {alpha: false}));
    this.scene = new Scene(plan);
    this.look = {scene: this.scene, palette: readPalette(element, plan.categories), ratio: 1};
    this.camera = new Camera(plan.box, closest / this.scene.radius);
    this.tiles = new Tiles((ctx, view, rect) => paintSeats(ctx, this.look, view, rect));
    this.sections = new Sections(this.look);
    this.labels = new Labels(this.look, this.sections);
    this.overlay = new Overlay(this.look, () => this.calm);
    this.card = createCard(element);
    /** @type {{seat: number}|{section: number, at: Point}|null} */
    this.about = null;
    this.fade = -1; // 1: only sections are seen, 0: only seats
    this.movedAt = -Infinity;
    this.drawnAt = 0;
    this.frame = 0;
    this.tapZoomed = false;
    this.sectionsStale = false;
    this.listen();
  }

  listen() {
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.element);
    const stops = [
      () => sizes.disconnect(), onColours(() => this.recolour()), watchPointer(this.canvas, this.gestures()), () => this.card.remove(),
    ];
    this.stop = () => stops.forEach(stop => stop());
  }

  /** What the pointer does. @returns {import('./pointer.js').Gestures} */
  gestures() {
    return {
      start: () => {
        this.camera.stop();
        this.tell(null);
      },
      drag: (dx, dy) => this.go(this.camera.moved(dx, dy)),
      thrown: (vx, vy) => {
        if (!this.calm) this.camera.glide(vx, vy);
        this.draw();
      },
      pinch: (factor, at, dx, dy) => {
        this.go(this.camera.moved(dx, dy));
        this.go(this.camera.zoomed(factor, at.x, at.y));
      },
      wheel: (factor, at, notch) => {
        const to = this.camera.zoomed(factor, at.x, at.y);
        if (to.scale === this.camera.goal.scale) return false;
        this.tell(null);
        this.go(to, notch ? 140 : 0);
        return true;
      },
      tap: (at, touch, times) => this.tap(at, touch, times),
      hover: at => this.hover(at),
    };
  }

  get calm() {
    return this.calmQuery.matches;
  }

  /** Whether sections are seen, and not seats, where the picture goes. */
  get isFar() {
    return this.scene.radius * this.camera.goal.scale < far;
  }

  // ——— who has which seat ———

  /** @param {string} seats the whole map, one character a seat */
  setMap(seats) {
    this.scene.setMap(seats);
    this.tiles.spoil();
    this.sectionsStale = true;
    this.draw();
  }

  /** @param {[number, string][]} changes */
  change(changes) {
    for (const [i, state] of changes) this.scene.change(i, state);
    this.repaint(changes.map(([i]) => i));
    this.sectionsStale = true;
  }

  /** @param {Iterable<number>} seats held by this customer, whatever the map says */
  setMine(seats) {
    this.scene.mine = this.replaced(this.scene.mine, seats);
  }

  /** @param {Iterable<number>} seats chosen and not held yet, whatever the map says */
  setChosen(seats) {
    this.scene.chosen = this.replaced(this.scene.chosen, seats);
  }

  /** @param {Iterable<number>} seats that were just refused: marked for some seconds */
  setConflicts(seats) {
    this.overlay.setConflicts(seats);
    this.draw();
  }

  /**
   * @param {Set<number>} before
   * @param {Iterable<number>} seats
   */
  replaced(before, seats) {
    const now = new Set(seats);
    queueMicrotask(() => this.repaint([...before].filter(i => !now.has(i)).concat([...now].filter(i => !before.has(i)))));
    return now;
  }

  /** @param {number[]} seats */
  repaint(seats) {
    const {x, y, r} = this.scene.plan;
    if (seats.length > many) this.tiles.spoil();
    else {
      for (const i of seats) {
        const d = r[i] * reach;
        this.tiles.repaint({x: x[i] - d, y: y[i] - d, w: 2 * d, h: 2 * d});
      }
    }
    this.draw();
  }

  /** @param {number} i */
  state(i) {
    return this.scene.kind(i);
  }

  // ——— where one looks ———

  fit() {
    this.go(this.camera.fitted(this.camera.box), flight);
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.go(this.camera.zoomed(factor, this.camera.width / 2, this.camera.height / 2), flight);
  }

  /** @param {number} k a section, shown so large that its seats can be told apart */
  zoomTo(k) {
    this.go(this.camera.fitted(this.scene.plan.sections[k].box, 1.3 * far / this.scene.radius), flight);
  }

  /**
   * Brings a seat well into view, no further than needed.
   * @param {number} i
   */
  reveal(i) {
    const {plan, radius} = this.scene;
    const {goal, width, height} = this.camera;
    if (radius * goal.scale < readable) {
      this.go(this.camera.centred(plan.x[i], plan.y[i], near / radius), flight);
      return;
    }
    const {x, y} = spot(plan, i, goal);
    const aside = (/** @type {number} */ at, /** @type {number} */ size) => {
      const margin = Math.min(90, size / 4);
      return Math.max(margin - at, 0) + Math.min(size - margin - at, 0);
    };
    const dx = aside(x, width);
    const dy = aside(y, height);
    if (dx || dy) this.go(this.camera.moved(dx, dy), flight);
  }

  /** @param {number|null} i the seat with the keyboard's focus */
  setFocus(i) {
    this.overlay.focus = i;
    this.tell(i === null ? null : {seat: i});
    this.draw();
  }

  /**
   * Where a seat is in the element, in CSS px, once the picture rests.
   * @param {number} i
   */
  placeOf(i) {
    return spot(this.scene.plan, i, this.camera.goal);
  }

  /**
   * @param {import('./camera.js').View} view
   * @param {number} [ms]
   */
  go(view, ms = 0) {
    this.camera.go(view, this.calm ? 0 : ms);
    this.movedAt = performance.now();
    this.draw();
  }

  // ——— pointing ———

  /**
   * @param {Point} at
   * @param {boolean} touch
   * @param {number} times
   */
  tap(at, touch, times) {
    if (times > 1 && this.tapZoomed) return; // the first tap of the two did it
    this.tapZoomed = false;
    const {x, y} = this.camera.toPlan(at.x, at.y);
    if (this.isFar) {
      const k = this.sections.at(x, y);
      if (k < 0) return;
      this.tapZoomed = true;
      this.zoomTo(k);
      this.options.onSection?.(k);
      return;
    }
    const i = this.seatAt(at, touch);
    const small = this.scene.radius * this.camera.view.scale < (touch ? pointed.touch : pointed.mouse);
    if (i >= 0 && !small) {
      if (touch) this.tell({seat: i});
      this.options.onSeat?.(i);
    } else if (i >= 0 || times === 2) {
      this.tapZoomed = true;
      const factor = small ? near / this.scene.radius / this.camera.view.scale : 2;
      this.go(this.camera.zoomed(factor, at.x, at.y), flight);
    }
  }

  /**
   * @param {Point} at
   * @param {boolean} touch
   */
  seatAt(at, touch) {
    const {scale} = this.camera.view;
    const {x, y} = this.camera.toPlan(at.x, at.y);
    return this.scene.places.nearest(x, y, Math.max(3, touch ? finger - this.scene.radius * scale : 0) / scale);
  }

  /** @param {Point|null} at */
  hover(at) {
    let seat = -1;
    let section = -1;
    if (at && this.isFar) {
      const {x, y} = this.camera.toPlan(at.x, at.y);
      section = this.sections.at(x, y);
    } else if (at) seat = this.seatAt(at, false);
    this.canvas.style.cursor = seat >= 0 || section >= 0 ? 'pointer' : '';
    const {focus} = this.overlay;
    if (seat >= 0) this.tell({seat});
    else if (at && section >= 0) this.tell({section, at});
    else this.tell(focus === null ? null : {seat: focus});
    if (seat === (this.overlay.hover ?? -1)) return;
    this.overlay.hover = seat < 0 ? null : seat;
    this.options.onHover?.(this.overlay.hover);
    this.draw();
  }

  /** @param {{seat: number}|{section: number, at: Point}|null} about what the card is to tell of */
  tell(about) {
    this.about = about;
    this.showCard();
  }

  showCard() {
    const {about, scene} = this;
    if (!about || (!('at' in about) && this.isFar)) {
      this.card.hide();
    } else if ('at' in about) {
      const {name, more} = describeSection(scene, about.section);
      this.card.show(name, more, {...about.at, r: 6});
    } else {
      const {name, more} = describeSeat(scene, about.seat);
      this.card.show(name, more, spot(scene.plan, about.seat, this.camera.view));
    }
  }

  // ——— drawing ———

  /** Has the picture drawn at the next frame. */
  draw() {
    if (this.frame === 0) this.frame = requestAnimationFrame(now => this.drawNow(now));
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
    this.showCard();
    this.drawnAt = now;
    if (!still || fading || pending || alive) this.draw();
  }

  /**
   * @param {{scale: number, x: number, y: number}} view in device px
   * @param {boolean} still
   */
  drawHall(view, still) {
    const {ctx, canvas, fade} = this;
    const room = {w: canvas.width, h: canvas.height};
    let pending = false;
    if (this.sectionsStale) {
      this.sections.refresh();
      this.sectionsStale = false;
    }
    ctx.fillStyle = this.look.palette.ground;
    ctx.fillRect(0, 0, room.w, room.h);
    if (fade < 1) {
      if (!this.tiles.covers(view, room)) this.sections.draw(ctx, view, false);
      pending = this.tiles.draw(ctx, view, room, still ? 3 : 1, still);
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
    const step = this.fade < 0 || this.calm ? 1 : Math.min(now - this.drawnAt, 50) / fadeTime;
    this.fade = Math.max(this.fade, 0) < goal ? Math.min(goal, Math.max(this.fade, 0) + step) : Math.max(goal, this.fade - step);
    return this.fade !== goal;
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.frame = -1; // no more
    this.stop?.();
    this.tiles.clear();
    this.canvas.remove();
  }
}

/** @type {WeakMap<HTMLCanvasElement, Hall>} */
const halls = new WeakMap();

/**
 * The hall that draws on a canvas, to ask it where a seat is.
 * @param {HTMLCanvasElement} canvas
 */
export const hallOf = canvas => halls.get(canvas);

/**
 * @param {HTMLElement} element
 * @param {Plan} plan
 * @param {Options} [options]
 */
export const createHall = (element, plan, options = {}) => new Hall(element, plan, options);
