import {everySecond, secondsUntil} from '../clock.js';
import {clock, shortTime, t} from '../texts.js';
import {html, useEffect, useState} from '../ui.js';

const few = 120; // seconds left from which on it is urgent
const last = 30;

/**
 * The time that is left until a deadline of the service, running down.
 * @param {{deadline: number, over: string}} props deadline in ms by the service's clock; over: what is said at its end
 */
export function TimeLeft({deadline, over}) {
  const [, redraw] = useState({});
  useEffect(() => everySecond(() => redraw({})), []);
  const left = secondsUntil(deadline);
  const tone = left > few ? '' : left > last ? 'warn' : 'bad';
  if (left <= 0) return html`<p class="time-left bad">${over}</p>`;
  return html`
    <p class=${`time-left ${tone}`}>
      <span role="timer">${clock(left)}</span>
      <span>${tone ? t.event.hurry : t.event.left} <span class="quiet">${t.event.until(shortTime(Date.now() + left * 1000))}</span></span>
    </p>`;
}
