// The hall as the pages use it: it shows who has which seat as it changes, and
// can be moved, zoomed and pointed at.

import {createCard} from './card.js';
import {describeSeat, describeSection} from './describe.js';
import {reach} from './marks.js';
import {spot} from './overlay.js';
import {Picture} from './picture.js';
import {watchPointer} from './pointer.js';
import {far, flight, near, readable} from './sizes.js';
import {steering} from './steering.js';

/**
 * @typedef {import('./plan.js').Plan} Plan
 * @typedef {import('./pointer.js').Point} Point
 * @typedef {{seat: number}|{section: number, at: Point}|null} About what the card tells of
 * @typedef {{onSeat?(i: number): void, onHover?(i: number|null): void, onSection?(k: number): void, label?: string}} Options
 *   onSeat: clicked or tapped, in whatever state; label: what the picture is, for who does not see it
 */

const many = 300; // seats that are not painted one by one

export class Hall {
  /**
   * @param {HTMLElement} element what it fills
   * @param {Plan} plan
   * @param {Options} options
   */
  constructor(element, plan, options) {
    this.options = options;
    this.plan = plan;
    this.picture = new Picture(element, plan, () => this.showCard());
    this.scene = this.picture.scene;
    this.camera = this.picture.camera;
    this.card = createCard(element);
    /** @type {About} */
    this.about = null;
    this.endPointer = watchPointer(this.picture.canvas, steering(this));
    this.picture.canvas.setAttribute('aria-label', options.label ?? '');
    halls.set(this.picture.canvas, this);
  }

  destroy() {
    this.endPointer();
    this.card.remove();
    this.picture.destroy();
  }

  /** @param {string} seats the whole map, one character a seat */
  setMap(seats) {
    this.scene.setMap(seats);
    this.picture.tiles.spoil();
    this.picture.sections.refresh();
    this.picture.draw();
  }

  /** @param {[number, string][]} changes */
  change(changes) {
    for (const [i, state] of changes) this.scene.change(i, state);
    this.repaint(changes.map(([i]) => i));
    this.picture.sections.refresh();
  }

  /** @param {Iterable<number>} seats held by this customer, whatever the map says */
  setMine(seats) {
    const before = this.scene.mine;
    this.scene.mine = new Set(seats);
    this.repaint(differing(before, this.scene.mine));
  }

  /** @param {Iterable<number>} seats chosen and not held yet, whatever the map says */
  setChosen(seats) {
    const before = this.scene.chosen;
    this.scene.chosen = new Set(seats);
    this.repaint(differing(before, this.scene.chosen));
  }

  /** @param {Iterable<number>} seats that were just refused: marked for some seconds */
  setConflicts(seats) {
    this.picture.overlay.setConflicts(seats);
    this.picture.draw();
  }

  /** @param {number[]} seats */
  repaint(seats) {
    const {x, y, r} = this.plan;
    const {tiles} = this.picture;
    if (seats.length > many) tiles.spoil();
    else {
      for (const i of seats) {
        const d = r[i] * reach;
        tiles.repaint({x: x[i] - d, y: y[i] - d, w: 2 * d, h: 2 * d});
      }
    }
    this.picture.draw();
  }

  /** @param {number} i */
  state(i) {
    return this.scene.kind(i);
  }

  /** Shows all of it. */
  fit() {
    this.go(this.camera.fitted(this.camera.box), flight);
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.go(this.camera.zoomed(factor, this.camera.width / 2, this.camera.height / 2), flight);
  }

  /** @param {number} k a section, shown so large that its seats can be told apart */
  zoomTo(k) {
    this.go(this.camera.fitted(this.plan.sections[k].box, 1.3 * far / this.scene.radius), flight);
  }

  /**
   * Brings a seat well into view, no further than needed.
   * @param {number} i
   */
  reveal(i) {
    const {goal, width, height} = this.camera;
    const {x, y, r} = spot(this.plan, i, goal);
    if (r < readable) {
      this.go(this.camera.centred(this.plan.x[i], this.plan.y[i], near / this.plan.r[i]), flight);
      return;
    }
    const dx = inwards(x, width);
    const dy = inwards(y, height);
    if (dx || dy) this.go(this.camera.moved(dx, dy), flight);
  }

  /** @param {number|null} i the seat with the keyboard's focus */
  setFocus(i) {
    this.picture.overlay.focus = i;
    this.tell(i === null ? null : {seat: i});
    this.picture.draw();
  }

  /**
   * Where a seat is in the element, in CSS px, once the picture rests.
   * @param {number} i
   */
  placeOf(i) {
    return spot(this.plan, i, this.camera.goal);
  }

  /** Whether sections are seen, and not seats, where the picture goes. */
  get isFar() {
    return this.scene.radius * this.camera.goal.scale < far;
  }

  /**
   * @param {import('./camera.js').View} view
   * @param {number} [ms]
   */
  go(view, ms = 0) {
    this.picture.go(view, ms);
  }

  /** @param {About} about what the card is to tell of */
  tell(about) {
    this.about = about;
    this.showCard();
  }

  showCard() {
    const {about, scene} = this;
    if (!about || ('seat' in about && this.isFar)) {
      this.card.hide();
    } else if ('seat' in about) {
      const {name, more} = describeSeat(scene, about.seat);
      this.card.show(name, more, spot(this.plan, about.seat, this.camera.view));
    } else {
      const {name, more} = describeSection(scene, about.section);
      this.card.show(name, more, {...about.at, r: 6});
    }
  }
}

/**
 * What is in one of two sets and not in both.
 * @param {Set<number>} a
 * @param {Set<number>} b
 */
const differing = (a, b) => [...[...a].filter(i => !b.has(i)), ...[...b].filter(i => !a.has(i))];

/**
 * How far something has to move to be well inside.
 * @param {number} at
 * @param {number} size
 */
function inwards(at, size) {
  const margin = Math.min(90, size / 4);
  return Math.max(margin - at, 0) + Math.min(size - margin - at, 0);
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
