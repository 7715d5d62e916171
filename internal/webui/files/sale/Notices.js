// What the customer is told just now. It is also said aloud, by who tells it.

import {everySecond} from '../clock.js';
import {announce} from '../hall/announce.js';
import {t} from '../texts.js';
import {html, useEffect, useState} from '../ui.js';
import {problemText} from './words.js';

/** @typedef {import('./sale.js').Sale} Sale */

/** @param {{sale: Sale}} props */
export function Notices({sale}) {
  const {notice, calls, live} = sale;
  return html`
    ${!live && html`<p class="notice warn">${t.event.notLive}</p>`}
    ${calls.waiting && html`<${Waiting} sale=${sale} ...${calls.waiting} />`}
    ${notice && html`
      <div class=${`notice ${notice.tone}`} data-testid="notice">
        <p>${notice.text}</p>
        ${notice.action && html`<button aria-disabled=${calls.busy !== ''} onClick=${notice.action.run}>${notice.action.text}</button>`}
        <button class="plain dismiss" aria-label=${t.event.dismiss} onClick=${() => sale.tell(null)}><span aria-hidden="true">✕</span></button>
      </div>`}`;
}

/**
 * A call that is made again by itself.
 * @param {{sale: Sale, problem: import('../problem.js').Problem, until: number}} props
 */
function Waiting({sale, problem, until}) {
  const [, redraw] = useState({});
  useEffect(() => everySecond(() => redraw({})), []);
  useEffect(() => announce(`${problemText(sale.plan, problem)} ${t.event.byItself}`), [problem.code]); // once, however often it is tried
  const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1000));
  return html`
    <div class="notice warn" data-testid="waiting">
      <p>${problemText(sale.plan, problem)} ${t.event.againIn(seconds)}</p>
      <button onClick=${() => sale.calls.stop()}>${t.event.stop}</button>
    </div>`;
}
