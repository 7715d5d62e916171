// What a customer has ordered, the newest first.

import {call} from '../api.js';
import {eventOnce, planOf} from '../catalog.js';
import {Problem} from '../problem.js';
import {money, shortDate, t} from '../texts.js';
import {html, useEffect, useState} from '../ui.js';
import {SignedIn} from './SignedIn.js';
import {seatsInShort, tone} from './orderwords.js';
import {Failed, useLoaded, useTitle} from './page.js';

/** @typedef {import('./orderwords.js').Order} Order */

const atATime = 20;

export default function OrdersPage() {
  useTitle(t.orders.title);
  return html`
    <h1>${t.orders.title}</h1>
    <${SignedIn} reason=${t.orders.signIn}><${Orders} /><//>`;
}

/** @param {string} [cursor] @returns {Promise<{items: Order[], next_cursor: string|null}>} */
const page = cursor => call('GET', `/v1/orders?limit=${atATime}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, {signedIn: true});

function Orders() {
  const {value: first, problem, again} = useLoaded(page, []);
  const [more, setMore] = useState(/** @type {{items: Order[], next_cursor: string|null}|null} */ (null));
  const [failed, setFailed] = useState(/** @type {Problem|null} */ (null));
  if (problem) return html`<${Failed} problem=${problem} again=${again} />`;
  if (!first) return html`<p class="loading">${t.app.loading}</p>`;
  const orders = [...first.items, ...more?.items ?? []];
  const next = more ? more.next_cursor : first.next_cursor;
  const load = async () => {
    setFailed(null);
    try {
      const {items, next_cursor} = await page(next ?? undefined);
      setMore({items: [...more?.items ?? [], ...items], next_cursor});
    } catch (err) {
      if (!(err instanceof Problem)) throw err;
      setFailed(err);
    }
  };
  if (orders.length === 0) {
    return html`<div class="card"><p>${t.orders.none}</p><p><a class="button primary" href="/">${t.app.toEvents}</a></p></div>`;
  }
  return html`
    <ul class="orders">${orders.map(o => html`<${OrderLine} key=${o.id} order=${o} />`)}</ul>
    ${failed && html`<p class="notice bad" role="alert">${failed.detail}</p>`}
    ${next && html`<p><button onClick=${load}>${t.orders.more}</button></p>`}`;
}

/** @param {{order: Order}} props */
function OrderLine({order}) {
  const {event, seats} = useNames(order);
  return html`
    <li class="card order-line">
      <div>
        <h2><a href=${`/orders/${encodeURIComponent(order.id)}`}>${event?.name ?? t.orders.anOrder}</a></h2>
        ${event && html`<p>${shortDate(event.starts_at)}</p>`}
        <p class="quiet">${seats || t.orders.seats(order.seats.length)}</p>
      </div>
      <div class="order-facts">
        <span class=${`badge ${tone(order)}`}>${t.orders.status[order.status]}</span>
        <strong>${money(order.total)}</strong>
        <small>${t.orders.ordered(shortDate(order.created_at))}</small>
      </div>
    </li>`;
}

/**
 * The names of what was ordered, as soon as they are known.
 * @param {Order} order
 */
function useNames(order) {
  const [names, setNames] = useState(/** @type {{event?: import('../catalog.js').Event, seats?: string}} */ ({}));
  useEffect(() => {
    const still = (/** @type {object} */ more) => setNames(n => ({...n, ...more}));
    eventOnce(order.event_id).then(event => still({event}), () => {}); // the line says less then
    planOf(order.event_id).then(plan => still({seats: seatsInShort(plan, order.seats)}), () => {});
  }, [order.id]);
  return names;
}
