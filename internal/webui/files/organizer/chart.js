// A chart of seats over time, drawn as SVG, with a table that says the same.

import {number, t} from '../texts.js';
import {html, useEffect, useMemo, useRef, useState} from '../ui.js';
import {axisOf, pathOf, shown, ticksOf, valueAt, when} from './scale.js';
import {mostOrders, useHistory} from './history.js';

const words = t.organizer.chart;
const height = 220;
const edge = {left: 48, right: 56, top: 10, bottom: 22}; // px; on both sides stand numbers

/** @type {Record<string, number>} ms; 0: all there is */
const ranges = {all: 0, day: 86_400_000, hour: 3_600_000, minutes: 600_000};
const tableRows = 12;

/** @param {{event: import('./status.js').Event, map: import('../hall/seatstate.js').SeatState}} props */
export function Chart({event, map}) {
  const history = useHistory(event.id, map);
  const [range, setRange] = useState('all');
  const now = useNow();
  const points = useMemo(() => shown(history.points, ranges[range] && now - ranges[range], now), [history.points, range, now]);
  const bounded = history.state === 'bounded' && words.bounded(number(mostOrders));
  return html`
    <section class="chart" aria-labelledby="chart-title">
      <div class="head">
        <h2 id="chart-title">${words.title}</h2>
        <select aria-label=${words.range} value=${range} onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ e) => setRange(e.currentTarget.value)}>
          ${Object.keys(ranges).map(r => html`<option key=${r} value=${r} selected=${r === range}>${/** @type {any} */ (words.ranges)[r]}</option>`)}
        </select>
      </div>
      ${points.length ? html`<${Picture} points=${points} seats=${event.seat_count} />` : html`<p class="loading">${words.loading}</p>`}
      ${history.state === 'failed' && html`<p class="notice warn">${words.failed}</p>`}
      <small>${[bounded, words.fromOrders].filter(Boolean).join(' ')}</small>
      <details>
        <summary>${words.table}</summary>
        <${Table} points=${points} />
      </details>
    </section>`;
}

/** @param {{points: import('./history.js').Point[], seats: number}} props */
function Picture({points, seats}) {
  const {box, width} = useWidth();
  const [at, setAt] = useState(/** @type {number|null} */ (null));
  const from = points[0].time;
  const last = points[points.length - 1];
  const right = Math.max(edge.left + 1, width - edge.right);
  const bottom = height - edge.bottom;
  const axis = axisOf(Math.max(...points.map(p => Math.max(p.sold, p.held)), 4), seats);
  const span = Math.max(1, last.time - from);
  const x = (/** @type {number} */ time) => edge.left + (right - edge.left) * (time - from) / span;
  const y = (/** @type {number} */ n) => bottom - (bottom - edge.top) * n / axis.most;
  const sold = pathOf(points, p => p.sold, x, y);
  const read = at === null ? null : valueAt(points, from + span * (at - edge.left) / (right - edge.left));
  const [soldY, heldY] = apart(y(last.sold), y(last.held));
  return html`
    <div class="picture" ref=${box} onPointerMove=${(/** @type {PointerEvent} */ e) => setAt(e.offsetX)} onPointerLeave=${() => setAt(null)}>
      <svg width=${width} height=${height} role="img" aria-label=${words.label(when(from), when(last.time), number(last.sold), number(last.held))}>
        ${axis.ticks.map(n => html`
          <line class="grid" x1=${edge.left} x2=${right} y1=${y(n)} y2=${y(n)} />
          <text class="tick" x=${edge.left - 8} y=${y(n) + 4} text-anchor="end">${number(n)}</text>`)}
        ${ticksOf(from, last.time, Math.max(2, Math.floor(width / 110))).map(({time, text}) => html`
          <text class="tick" x=${x(time)} y=${height - 6} text-anchor="middle">${text}</text>`)}
        <path class="area-sold" d=${`${sold}V${bottom}H${edge.left}Z`} />
        <path class="line-sold" d=${sold} />
        <path class="line-held" d=${pathOf(points, p => p.held, x, y)} />
        <text class="end" x=${right + 6} y=${soldY + 4}><tspan class="of-sold">●</tspan> ${number(last.sold)}</text>
        <text class="end" x=${right + 6} y=${heldY + 4}><tspan class="of-held">○</tspan> ${number(last.held)}</text>
        ${read && at !== null && html`<line class="cursor" x1=${at} x2=${at} y1=${edge.top} y2=${bottom} />`}
      </svg>
    </div>
    <p class="reading" aria-hidden="true">
      <span><i class="sold"></i>${t.organizer.state.sold}</span><span><i class="held"></i>${t.organizer.state.held}</span>
      ${read && html`<b>${words.at(when(read.time), number(read.sold), number(read.held))}</b>`}
    </p>`;
}

/**
 * Moves the two numbers at the end apart where they would cover each other.
 * @param {number} a
 * @param {number} b
 */
function apart(a, b) {
  const line = 16;
  if (Math.abs(a - b) >= line) return [a, b];
  const middle = Math.min((a + b) / 2, height - edge.bottom - line / 2);
  return a <= b ? [middle - line / 2, middle + line / 2] : [middle + line / 2, middle - line / 2];
}

/** @param {{points: import('./history.js').Point[]}} props */
function Table({points}) {
  if (!points.length) return null;
  const from = points[0].time;
  const span = points[points.length - 1].time - from;
  const rows = points.length <= tableRows ? points
    : Array.from({length: tableRows}, (_, k) => valueAt(points, from + span * k / (tableRows - 1)));
  return html`
    <table>
      <thead><tr>
        <th scope="col">${words.time}</th>
        <th scope="col" class="number">${t.organizer.state.sold}</th><th scope="col" class="number">${t.organizer.state.held}</th>
      </tr></thead>
      <tbody>
        ${rows.map(p => html`<tr><th scope="row">${when(p.time)}</th><td class="number">${number(p.sold)}</td><td class="number">${number(p.held)}</td></tr>`)}
      </tbody>
    </table>`;
}

/** The time, so that a quiet sale is drawn up to now. */
function useNow() {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The width that there is for the picture, in px. */
function useWidth() {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const [width, setWidth] = useState(320);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return {box, width};
}
