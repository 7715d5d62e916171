// What the marks and the colours of a hall mean. The marks are drawn by what
// draws them in the hall.

import {money, t} from '../texts.js';
import {html, useEffect, useRef} from '../ui.js';
import {drawMarks} from './marks.js';
import {onColours, readPalette} from './palette.js';

const size = 22; // CSS px
const radius = 7.5;

/** @type {import('./marks.js').Kind[]} */
const all = ['free', 'chosen', 'mine', 'held', 'sold', 'blocked'];

/** @param {{categories: import('./plan.js').Category[], kinds?: import('./marks.js').Kind[]}} props */
export const Legend = ({categories, kinds = all}) => html`
  <div class="hall-legend">
    <ul aria-label=${t.hall.categories}>
      ${categories.map(c => html`
        <li key=${c.name}><${Mark} kind="free" color=${c.color} /> ${c.name}${c.price && html` <b>${money(c.price)}</b>`}</li>`)}
    </ul>
    <ul class="quiet" aria-label=${t.hall.marks}>
      ${kinds.filter(kind => kind !== 'free').map(kind => html`<li key=${kind}><${Mark} kind=${kind} color="" /> ${t.states[kind]}</li>`)}
    </ul>
  </div>`;

/** @param {{kind: import('./marks.js').Kind, color: string}} props */
function Mark({kind, color}) {
  const canvas = useRef(/** @type {HTMLCanvasElement|null} */ (null));
  useEffect(() => {
    const draw = () => drawOn(/** @type {HTMLCanvasElement} */ (canvas.current), kind, color);
    draw();
    return onColours(draw);
  }, [kind, color]);
  return html`<canvas ref=${canvas} class="hall-mark" aria-hidden="true" />`;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import('./marks.js').Kind} kind
 * @param {string} color
 */
function drawOn(canvas, kind, color) {
  const ratio = Math.max(2, devicePixelRatio);
  canvas.width = size * ratio;
  canvas.height = size * ratio;
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const middle = size * ratio / 2;
  drawMarks(ctx, kind, [middle, middle, radius * ratio], readPalette(/** @type {Element} */ (canvas.parentElement), [{color}]), 0);
}
