// What the pointer does to the hall: it moves it, comes nearer, tells of what
// it is over, and chooses.

import {flight, near, pointed} from './sizes.js';

/**
 * @typedef {import('./hall.js').Hall} Hall
 * @typedef {import('./pointer.js').Point} Point
 */

const finger = 14; // px that a finger may be off a seat's middle
const mouse = 3; // px that the mouse may be off its rim
const notchFlight = 140; // ms

/**
 * @param {Hall} hall
 * @returns {import('./pointer.js').Gestures}
 */
export function steering(hall) {
  const {camera, picture} = hall;
  let cameNearer = false; // by the last tap
  return {
    start() {
      camera.throw = null;
      hall.tell(null);
    },
    drag(dx, dy) {
      camera.stop();
      hall.go(camera.moved(dx, dy));
    },
    thrown(vx, vy) {
      if (!picture.calm) camera.glide(vx, vy);
      picture.draw();
    },
    pinch(factor, at, dx, dy) {
      camera.stop();
      hall.go(camera.moved(dx, dy));
      hall.go(camera.zoomed(factor, at.x, at.y));
    },
    wheel(factor, at, notch) {
      const to = camera.zoomed(factor, at.x, at.y);
      if (to.scale === camera.goal.scale) return false; // the page scrolls on
      hall.tell(null);
      hall.go(to, notch ? notchFlight : 0);
      return true;
    },
    tap(at, touch, times) {
      if (times > 1 && cameNearer) return; // the first tap of the two did it
      const {x, y} = camera.toPlan(at.x, at.y);
      cameNearer = hall.isFar ? toSection(hall, picture.sections.at(x, y)) : toSeat(hall, at, touch, times);
    },
    hover(at) {
      const seat = at && !hall.isFar ? seatAt(hall, at, false) : -1;
      const {x, y} = camera.toPlan(at?.x ?? 0, at?.y ?? 0);
      const section = at && hall.isFar ? picture.sections.at(x, y) : -1;
      picture.canvas.style.cursor = seat >= 0 || section >= 0 ? 'pointer' : '';
      const {focus} = picture.overlay;
      if (seat >= 0) hall.tell({seat});
      else if (at && section >= 0) hall.tell({section, at});
      else hall.tell(focus === null ? null : {seat: focus});
      if (seat === (picture.overlay.hover ?? -1)) return;
      picture.overlay.hover = seat < 0 ? null : seat;
      hall.options.onHover?.(picture.overlay.hover);
      picture.draw();
    },
  };
}

/**
 * The seat at a spot of the picture, or -1.
 * @param {Hall} hall
 * @param {Point} at
 * @param {boolean} touch
 */
function seatAt({camera, scene}, at, touch) {
  const {scale} = camera.view;
  const {x, y} = camera.toPlan(at.x, at.y);
  return scene.places.nearest(x, y, Math.max(mouse, touch ? finger - scene.radius * scale : 0) / scale);
}

/**
 * Comes nearer to a section. Returns whether there is one.
 * @param {Hall} hall
 * @param {number} k
 */
function toSection(hall, k) {
  if (k < 0) return false;
  hall.zoomTo(k);
  hall.options.onSection?.(k);
  return true;
}

/**
 * Chooses the seat that was tapped, or comes nearer. Returns whether it did the
 * latter.
 * @param {Hall} hall
 * @param {Point} at
 * @param {boolean} touch
 * @param {number} times
 */
function toSeat(hall, at, touch, times) {
  const i = seatAt(hall, at, touch);
  const radius = hall.scene.radius * hall.camera.view.scale;
  const small = radius < (touch ? pointed.touch : pointed.mouse);
  if (i >= 0 && !small) {
    if (touch) hall.tell({seat: i});
    hall.options.onSeat?.(i);
    return false;
  }
  if (i < 0 && times < 2) return false;
  hall.go(hall.camera.zoomed(small ? near / radius : 2, at.x, at.y), flight);
  return true;
}
