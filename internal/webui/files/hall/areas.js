// Stages, floors, bars and lettering of a plan, both forms made one.

import {contains, pointsBox} from './box.js';

/**
 * @typedef {{
 *   shape: 'rectangle'|'ellipse'|'polygon'|'text', x: number, y: number, rotation: number,
 *   w: number, h: number, rx: number, ry: number, points: {x: number, y: number}[],
 *   color: string, border: string, text: AreaText|null, box: import('./box.js').Box,
 * }} Area everything but x, y and box is relative to x, y, about which it is turned by rotation, in radians clockwise
 * @typedef {{text: string, x: number, y: number, color: string, size: number}} AreaText size in plan units, 0 for what fits
 */

/**
 * The areas of a zone. An area's place counts from its zone's, as seats' do;
 * plans exist in which it counts from the plan's corner. What would be outside
 * the frame the one way and is inside it the other, is drawn the other.
 * @param {any} zone
 * @param {import('./box.js').Box} frame
 * @returns {Area[]}
 */
export function readAreas(zone, frame) {
  return (zone.areas ?? []).map((/** @type {any} */ area) => {
    const inZone = readArea(area, zone.position);
    if (contains(frame, inZone.box)) return inZone;
    const inPlan = readArea(area, {x: 0, y: 0});
    return contains(frame, inPlan.box) ? inPlan : inZone;
  });
}

/**
 * @param {any} area
 * @param {{x: number, y: number}} from
 * @returns {Area}
 */
function readArea(area, from) {
  /** @type {Area} */
  const read = {
    shape: area.shape === 'circle' ? 'ellipse' : area.shape ?? 'rectangle',
    x: from.x + (area.position?.x ?? 0), y: from.y + (area.position?.y ?? 0), rotation: (area.rotation ?? 0) * Math.PI / 180,
    w: area.rectangle?.width ?? area.width ?? 0, h: area.rectangle?.height ?? area.height ?? 0,
    rx: area.circle?.radius ?? area.ellipse?.radius.x ?? 0, ry: area.circle?.radius ?? area.ellipse?.radius.y ?? 0,
    points: area.polygon?.points ?? [],
    color: area.color ?? '', border: area.border_color ?? '', text: null, box: {x: 0, y: 0, w: 0, h: 0},
  };
  read.text = readText(area.text, read);
  read.box = areaBox(read);
  return read;
}

/**
 * @param {any} text a string in the older form, which stands in the middle
 * @param {Area} area
 * @returns {AreaText|null}
 */
function readText(text, area) {
  if (!text) return null;
  if (typeof text === 'string') return {text, x: area.w / 2, y: area.h / 2, color: '', size: 0};
  if (!text.text) return null;
  return {text: text.text, x: text.position.x, y: text.position.y, color: text.color ?? '', size: text.size ?? 0};
}

/** @param {Area} area */
function areaBox(area) {
  const cos = Math.cos(area.rotation);
  const sin = Math.sin(area.rotation);
  return pointsBox(corners(area).map(({x, y}) => ({x: area.x + x * cos - y * sin, y: area.y + x * sin + y * cos})));
}

/** @param {Area} area */
function corners({shape, w, h, rx, ry, points, text}) {
  if (shape === 'polygon') return points;
  if (shape === 'ellipse') return [{x: -rx, y: -ry}, {x: rx, y: -ry}, {x: rx, y: ry}, {x: -rx, y: ry}];
  if (shape === 'rectangle') return [{x: 0, y: 0}, {x: w, y: 0}, {x: w, y: h}, {x: 0, y: h}];
  const size = text?.size || defaultTextSize;
  const half = (text?.text.length ?? 0) * size * 0.3;
  return [{x: (text?.x ?? 0) - half, y: (text?.y ?? 0) - size / 2}, {x: (text?.x ?? 0) + half, y: (text?.y ?? 0) + size / 2}];
}

/** The height of lettering that tells none, in plan units. */
export const defaultTextSize = 16;
