// Paints a piece of the hall with its seats.

import {defaultTextSize} from './areas.js';
import {grown, meets} from './box.js';
import {drawMarks, kinds, reach} from './marks.js';
import {labelled, numbered} from './sizes.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./palette.js').Palette} Palette
 * @typedef {import('./box.js').Box} Box
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {{scene: Scene, palette: Palette, ratio: number}} Look ratio is device px per CSS px
 */

const face = 'system-ui, sans-serif';

/**
 * Paints what is seen in a rectangle of the context; a point p of the plan is
 * at p * scale + (x, y), in device px.
 * @param {Context} ctx
 * @param {Look} look
 * @param {{scale: number, x: number, y: number}} view
 * @param {Box} rect whole device px
 */
export function paintSeats(ctx, look, view, rect) {
  const {scene, palette, ratio} = look;
  ctx.save();
  const box = paintGround(ctx, look, view, rect, outline => fillOutline(ctx, outline, palette.raised, 0));
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  if (scene.radius * view.scale >= labelled * ratio) paintLabels(ctx, look, view, box);
  paintMarks(ctx, look, view, box);
  ctx.restore();
}

/**
 * The box of the plan that a rectangle of the context shows.
 * @param {{scale: number, x: number, y: number}} view
 * @param {Box} rect
 * @returns {Box}
 */
const boxIn = ({scale, x, y}, rect) => ({
  x: (rect.x - x) / scale, y: (rect.y - y) / scale, w: rect.w / scale, h: rect.h / scale,
});

/**
 * Paints what seats and sections stand on, within a rectangle: the ground, the
 * areas, and each section that reaches into it, which fill is called for in
 * units of the plan.
 * @param {Context} ctx
 * @param {Look} look
 * @param {{scale: number, x: number, y: number}} view
 * @param {Box} rect whole device px
 * @param {(outline: import('./outline.js').Outline, section: number) => void} fill
 * @returns {Box} the rectangle, in the plan
 */
export function paintGround(ctx, look, view, rect, fill) {
  const {scene, palette} = look;
  const box = boxIn(view, rect);
  begin(ctx, palette, rect);
  paintAreas(ctx, look, view, box);
  ctx.setTransform(view.scale, 0, 0, view.scale, view.x, view.y);
  scene.plan.sections.forEach((section, k) => {
    if (meets(section.box, grown(box, scene.outlines[k].pad))) fill(scene.outlines[k], k);
  });
  return box;
}

/**
 * Bounds what is painted to a rectangle, and empties it.
 * @param {Context} ctx
 * @param {Palette} palette
 * @param {Box} rect
 */
function begin(ctx, palette, {x, y, w, h}) {
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
  ctx.fillStyle = palette.ground;
  ctx.fillRect(x, y, w, h);
}

/**
 * @param {Context} ctx
 * @param {import('./outline.js').Outline} outline
 * @param {string} colour
 * @param {number} more plan units around it
 */
export function fillOutline(ctx, {path, pad}, colour, more) {
  ctx.lineJoin = 'round';
  ctx.lineWidth = 2 * Math.max(pad + more, 0.1);
  ctx.strokeStyle = colour;
  ctx.stroke(path);
  ctx.fillStyle = colour;
  ctx.fill(path);
}

/**
 * Stages, floors and lettering.
 * @param {Context} ctx
 * @param {Look} look
 * @param {{scale: number, x: number, y: number}} view
 * @param {Box} box
 */
function paintAreas(ctx, {scene, palette, ratio}, {scale, x, y}, box) {
  for (const area of scene.plan.areas) {
    if (!meets(area.box, grown(box, 2 / scale))) continue;
    ctx.setTransform(scale, 0, 0, scale, x, y);
    ctx.translate(area.x, area.y);
    ctx.rotate(area.rotation);
    if (area.shape !== 'text') {
      shape(ctx, area);
      ctx.fillStyle = palette.area(area.color);
      ctx.fill();
      ctx.lineWidth = ratio / scale;
      ctx.strokeStyle = palette.areaEdge(area.border);
      ctx.stroke();
    }
    if (area.text) writeOn(ctx, palette, area, area.text, scale / ratio);
  }
  ctx.setTransform(1, 0, 0, 1, 0, 0);
}

/**
 * @param {Context} ctx
 * @param {import('./areas.js').Area} area
 */
function shape(ctx, {shape: form, w, h, rx, ry, points}) {
  ctx.beginPath();
  if (form === 'rectangle') ctx.rect(0, 0, w, h);
  else if (form === 'ellipse') ctx.ellipse(0, 0, rx, ry, 0, 0, 2 * Math.PI);
  else points.forEach((p, k) => (k ? ctx.lineTo(p.x, p.y) : ctx.moveTo(p.x, p.y)));
  ctx.closePath();
}

/**
 * @param {Context} ctx
 * @param {Palette} palette
 * @param {import('./areas.js').Area} area
 * @param {import('./areas.js').AreaText} text
 * @param {number} scale CSS px per plan unit
 */
function writeOn(ctx, palette, area, text, scale) {
  const fits = Math.min(0.5 * area.h, 1.5 * area.w / text.text.length) || defaultTextSize;
  // Lettering of a large hall would be too small to read while all of it is
  // seen; it may grow to what fits.
  const size = Math.max(text.size || fits, area.shape === 'text' ? 0 : Math.min(fits, 15 / scale));
  if (size * scale < 5) return;
  ctx.font = `600 ${size}px ${face}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = area.shape === 'text' ? palette.text : palette.areaInk(area.color, text.color);
  ctx.fillText(text.text, text.x, text.y);
}

/**
 * @param {Context} ctx
 * @param {Look} look
 * @param {{scale: number, x: number, y: number}} view
 * @param {Box} box
 */
function paintLabels(ctx, {scene, palette, ratio}, {scale, x, y}, box) {
  const size = Math.min(1.35 * scene.radius * scale, 15 * ratio);
  const near = grown(box, 4 * scene.radius);
  ctx.font = `${size}px ${face}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = palette.quiet;
  for (const label of scene.rowLabels) {
    if (label.x < near.x || label.x > near.x + near.w || label.y < near.y || label.y > near.y + near.h) continue;
    ctx.fillText(label.text, label.x * scale + x, label.y * scale + y, 2.6 * size);
  }
}

/**
 * @param {Context} ctx
 * @param {Look} look
 * @param {{scale: number, x: number, y: number}} view
 * @param {Box} box
 */
function paintMarks(ctx, {scene, palette, ratio}, {scale, x, y}, box) {
  const {plan, places} = scene;
  /** @type {Record<string, number[][]>} */
  const groups = Object.fromEntries(kinds.map(kind => [kind, []]));
  /** @type {number[]} */
  const open = [];
  places.within(box, places.largest * reach, i => {
    const kind = scene.kind(i);
    const {category} = plan.seats[i];
    (groups[kind][kind === 'free' ? category : 0] ??= []).push(plan.x[i] * scale + x, plan.y[i] * scale + y, plan.r[i] * scale);
    if (kind === 'free') open.push(i);
  });
  for (const kind of kinds) groups[kind].forEach((circles, category) => drawMarks(ctx, kind, circles, palette, category));
  if (scene.radius * scale < numbered * ratio) return;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const i of open) {
    const {number, category} = plan.seats[i];
    const r = plan.r[i] * scale;
    ctx.font = `600 ${Math.min(0.95 * r, 2.6 * r / Math.max(number.length, 1))}px ${face}`;
    ctx.fillStyle = palette.categories[category].ink;
    ctx.fillText(number, plan.x[i] * scale + x, plan.y[i] * scale + y + 0.06 * r, 1.7 * r);
  }
}
