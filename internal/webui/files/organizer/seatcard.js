// Who has a seat.

import {call, eventPath} from '../api.js';
import {seatText} from '../hall/plan.js';
import {money, shortDate, t} from '../texts.js';
import {html, useEffect, useRef, useState} from '../ui.js';
import {indicesOf, seatsText} from './seatwords.js';

const words = t.organizer.seats;

/**
 * @param {{
 *   event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, map: import('../hall/seatstate.js').SeatState,
 *   blocks: import('./blocks.js').Block[], seat: number, showOrder(id: string): void, onClose(): void,
 * }} props
 */
export function SeatCard({event, plan, map, blocks, seat, showOrder, onClose}) {
  const state = useSeat(map, seat);
  const card = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => card.current?.scrollIntoView({block: 'nearest'}), []); // on a small screen it stands below the hall
  return html`
    <section class="card seat-card" ref=${card}>
      <div class="head">
        <h2>${seatText(plan, seat)}</h2>
        <button class="plain" onClick=${onClose}>${t.app.close}</button>
      </div>
      ${state === 'x' ? html`<${OfBlock} block=${blocks.find(b => b.seats.includes(plan.seats[seat].guid))} />`
        : state === '.' ? html`<p>${t.organizer.state.free}</p>`
        : html`<${OfOrder} key=${state} ...${{event, plan, seat, showOrder}} held=${state === 'h'} />`}
    </section>`;
}

/**
 * The state of one seat, live.
 * @param {import('../hall/seatstate.js').SeatState} map
 * @param {number} seat
 */
function useSeat(map, seat) {
  const [state, setState] = useState(() => map.at(seat));
  useEffect(() => map.subscribe(changed => { if (!changed || changed.includes(seat)) setState(map.at(seat)); }), [map, seat]);
  return state;
}

/** @param {{block?: import('./blocks.js').Block}} props */
function OfBlock({block}) {
  if (!block) return html`<p>${words.notInBlocks}</p>`;
  return html`
    <p>${words.blockedFor(block.reason)}</p>
    <p class="quiet">${block.until ? words.untilTime(shortDate(block.until)) : words.allYours}</p>`;
}

/**
 * @param {{event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, seat: number, held: boolean, showOrder(id: string): void}} props
 */
function OfOrder({event, plan, seat, held, showOrder}) {
  const [found, setFound] = useState(/** @type {{order?: import('./orders.js').EventOrder|null, failed?: string}} */ ({}));
  useEffect(() => {
    const leaving = new AbortController();
    orderOf(event.id, plan.seats[seat].guid, held, leaving.signal).then(
      order => setFound({order: order ?? null}),
      err => { if (!leaving.signal.aborted) setFound({failed: err.message}); });
    return () => leaving.abort();
  }, []);
  const {order, failed} = found;
  if (failed) return html`<p class="notice bad">${failed}</p>`;
  if (order === undefined) return html`<p class="loading">${words.looking}</p>`;
  if (order === null) return html`<p>${held ? words.heldBySomeone : words.noOrder}</p>`;
  return html`
    <p><strong>${order.customer.name || t.organizer.orders.unknownCustomer}</strong> ${order.customer.email}</p>
    <p>${t.organizer.orders.statuses[order.status]} · ${money(order.total)} · ${t.organizer.orders.ordered(shortDate(order.created_at))}</p>
    <p class="quiet">${seatsText(plan, indicesOf(plan, order.seats))}</p>
    <p class="actions"><button onClick=${() => showOrder(order.id)}>${words.showOrder}</button></p>`;
}

/**
 * The order that has a seat now.
 * @param {string} event
 * @param {string} guid
 * @param {boolean} held
 * @param {AbortSignal} signal
 * @returns {Promise<import('./orders.js').EventOrder|undefined>}
 */
async function orderOf(event, guid, held, signal) {
  const query = new URLSearchParams({status: held ? 'pending_payment' : 'paid', q: guid, limit: '50'});
  const {items} = await call('GET', `${eventPath(event)}/orders?${query}`, {signedIn: true, signal});
  return items.find((/** @type {import('./orders.js').EventOrder} */ o) => o.seats.includes(guid));
}
