// The seats that are kept from sale, and putting them on sale again.

import {call, eventPath} from '../api.js';
import {shortDate, t} from '../texts.js';
import {html, useState} from '../ui.js';
import {Confirm} from './confirm.js';
import {seatCount} from './formats.js';
import {indicesOf, seatsText} from './seatwords.js';

/** @typedef {{id: string, seats: string[], reason: string, until: string|null, created_at: string}} Block as the API shows it */

const words = t.organizer.seats;

/**
 * @param {{
 *   event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, blocks: Block[], reloadBlocks(): Promise<void>,
 * }} props
 */
export function Blocks({event, plan, blocks, reloadBlocks}) {
  const [asked, setAsked] = useState(/** @type {Block|null} */ (null));
  const [said, setSaid] = useState('');

  /** @param {Block} block */
  async function free(block) {
    await call('DELETE', `${eventPath(event.id)}/blocks/${encodeURIComponent(block.id)}`, {signedIn: true});
    await reloadBlocks();
    setSaid(words.freed);
  }

  return html`
    <section aria-labelledby="blocks-title">
      <h2 id="blocks-title">${words.blocks}</h2>
      <p role="status" class=${said ? '' : 'hidden'}>${said}</p>
      ${blocks.length === 0 && html`<p class="quiet">${words.noBlocks}</p>`}
      <ul class="block-list">
        ${blocks.map(b => html`
          <li key=${b.id}>
            <div>
              <strong>${b.reason}</strong>
              <p class="quiet">${seatCount(b.seats.length)}, ${b.until ? words.untilTime(shortDate(b.until)) : words.allYours}</p>
              <p class="quiet">${seatsText(plan, indicesOf(plan, b.seats))}</p>
            </div>
            <button aria-label=${words.freeLabel(b.reason)} onClick=${() => { setSaid(''); setAsked(b); }}>${words.free}</button>
          </li>`)}
      </ul>
      ${asked && html`
        <${Confirm} title=${words.freeAsk} action=${words.freeNow} act=${() => free(asked)} onClose=${() => setAsked(null)}>
          <p>${words.freeMeaning(seatsText(plan, indicesOf(plan, asked.seats)), asked.reason)}</p>
        <//>`}
    </section>`;
}
