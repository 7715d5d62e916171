// Which part of the hall is seen, and how it moves there.

/**
 * @typedef {import('./box.js').Box} Box
 * @typedef {{scale: number, x: number, y: number}} View a point p of the plan is seen at p * scale + (x, y), in CSS pixels
 */

const edge = 14; // px left free around the whole hall
const glide = 320; // ms in which a thrown hall loses most of its speed

export class Camera {
  /**
   * @param {Box} box of the hall
   * @param {number} closest the largest scale
   */
  constructor(box, closest) {
    this.box = box;
    this.closest = closest;
    this.width = 0;
    this.height = 0;
    /** @type {View} */
    this.view = {scale: 1, x: 0, y: 0};
    /** @type {{from: View, to: View, start: number, ms: number}|null} */
    this.flight = null;
    /** @type {{vx: number, vy: number, at: number}|null} */
    this.throw = null;
  }

  /** The scale at which the whole hall is seen, which is the least. */
  get least() {
    return Math.min((this.width - 2 * edge) / this.box.w, (this.height - 2 * edge) / this.box.h, this.closest);
  }

  get moving() {
    return this.flight !== null || this.throw !== null;
  }

  /** Where a flight ends, or else where it is. */
  get goal() {
    return this.flight?.to ?? this.view;
  }

  get whole() {
    return this.goal.scale <= this.least * 1.001;
  }

  /**
   * The picture has another size: what was in the middle stays there.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const fitted = this.width === 0 || this.whole;
    const {scale, x, y} = this.goal;
    const view = {scale, x: x + (width - this.width) / 2, y: y + (height - this.height) / 2};
    this.width = width;
    this.height = height;
    this.stop();
    this.view = fitted ? this.fitted(this.box) : this.kept(view);
  }

  /**
   * The view in which a box fills the picture.
   * @param {Box} box
   * @param {number} [least] not smaller than this scale
   * @returns {View}
   */
  fitted(box, least = 0) {
    const scale = Math.max(least, Math.min((this.width - 2 * edge) / box.w, (this.height - 2 * edge) / box.h));
    return this.centred(box.x + box.w / 2, box.y + box.h / 2, scale);
  }

  /**
   * The view with a point of the plan in its middle.
   * @param {number} px
   * @param {number} py
   * @param {number} scale
   */
  centred(px, py, scale) {
    const s = this.bounded(scale);
    return this.kept({scale: s, x: this.width / 2 - px * s, y: this.height / 2 - py * s});
  }

  /**
   * The view that is so many times as near, with one spot of the picture staying
   * where it is.
   * @param {number} factor
   * @param {number} sx
   * @param {number} sy
   */
  zoomed(factor, sx, sy) {
    const from = this.goal;
    const scale = this.bounded(from.scale * factor);
    const by = scale / from.scale;
    return this.kept({scale, x: sx - (sx - from.x) * by, y: sy - (sy - from.y) * by});
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  moved(dx, dy) {
    const {scale, x, y} = this.goal;
    return this.kept({scale, x: x + dx, y: y + dy});
  }

  /** @param {number} scale */
  bounded(scale) {
    return Math.min(Math.max(scale, this.least), this.closest);
  }

  /**
   * Keeps the hall in sight: centred while it is smaller than the picture, and
   * its edge not far from the picture's when it is larger.
   * @param {View} view
   * @returns {View}
   */
  kept({scale, x, y}) {
    const {box} = this;
    return {
      scale,
      x: held(x, box.x * scale, box.w * scale, this.width),
      y: held(y, box.y * scale, box.h * scale, this.height),
    };
  }

  /**
   * Goes to a view, at once or in so many ms.
   * @param {View} to
   * @param {number} [ms]
   */
  go(to, ms = 0) {
    this.throw = null;
    this.flight = ms > 0 ? {from: this.view, to, start: performance.now(), ms} : null;
    if (!this.flight) this.view = to;
  }

  /**
   * Lets the hall glide on, from px per ms.
   * @param {number} vx
   * @param {number} vy
   */
  glide(vx, vy) {
    this.throw = {vx, vy, at: performance.now()};
  }

  stop() {
    this.flight = null;
    this.throw = null;
  }

  /** @param {number} now */
  step(now) {
    if (this.flight) this.fly(now, this.flight);
    else if (this.throw) this.slide(now, this.throw);
  }

  /**
   * @param {number} now
   * @param {{from: View, to: View, start: number, ms: number}} flight
   */
  fly(now, {from, to, start, ms}) {
    const done = Math.min(Math.max((now - start) / ms, 0), 1);
    const eased = 1 - (1 - done) ** 3;
    const scale = from.scale * (to.scale / from.scale) ** eased;
    // A spot that both views have at one place stays there all the way.
    const zooms = Math.abs(to.scale / from.scale - 1) > 0.001;
    const part = zooms ? (scale - from.scale) / (to.scale - from.scale) : eased;
    this.view = {scale, x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part};
    if (done < 1) return;
    this.view = to;
    this.flight = null;
  }

  /**
   * @param {number} now
   * @param {{vx: number, vy: number, at: number}} from
   */
  slide(now, from) {
    const ms = Math.max(0, now - from.at);
    const left = Math.exp(-ms / glide);
    this.view = this.moved(from.vx * ms, from.vy * ms);
    this.throw = {vx: from.vx * left, vy: from.vy * left, at: now};
    if (Math.hypot(this.throw.vx, this.throw.vy) < 0.02) this.throw = null;
  }

  /**
   * @param {number} sx
   * @param {number} sy
   */
  toPlan(sx, sy) {
    const {scale, x, y} = this.view;
    return {x: (sx - x) / scale, y: (sy - y) / scale};
  }
}

/**
 * @param {number} at where the plan's zero is seen
 * @param {number} start of the hall from there, in px
 * @param {number} size of the hall
 * @param {number} room the picture's size
 */
function held(at, start, size, room) {
  const spare = room - size;
  if (spare >= 2 * edge) return spare / 2 - start;
  const slack = edge + Math.min(0.4 * room, Math.max(0, size + 2 * edge - room));
  return Math.min(Math.max(at, room - size - start - slack), slack - start);
}
