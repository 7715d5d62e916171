// The event's orders: looking for one, cancelling it, saving all as a file.

import {call, eventPath} from '../api.js';
import {number, t} from '../texts.js';
import {html, useCallback, useEffect, useRef, useState} from '../ui.js';
import {Export} from './export.js';
import {OrderRow} from './orderrow.js';

/**
 * @typedef {{
 *   id: string, status: 'pending_payment'|'paid'|'cancelled'|'expired'|'refunding'|'refunded', reason?: keyof typeof t.organizer.orders.reasons,
 *   seats: string[], total: import('./status.js').Money, created_at: string, updated_at: string,
 *   customer: {id: string, email: string, name: string},
 * }} EventOrder as the API shows it
 */

const words = t.organizer.orders;
const page = 50;
const largest = 200; // items of a page, the service's bound
const typing = 300; // ms without a key after which is searched
const settled = 1200; // ms after a change of the map in which more may come
const refundPoll = 4000; // ms

/**
 * @param {{
 *   event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, map: import('../hall/seatstate.js').SeatState,
 *   search: {q: string, status: string}, setSearch(search: {q: string, status: string}): void,
 * }} props
 */
export function Orders({event, plan, map, search, setSearch}) {
  const {orders, more, busy, failed, showMore, refresh, replace} = useOrders(event.id, search);
  useLive(map, orders, refresh);
  const [said, setSaid] = useState('');
  const changed = (/** @type {EventOrder} */ order) => {
    replace(order);
    setSaid(order.status === 'cancelled' ? words.ended : words.refundStarted);
  };
  const found = search.q || search.status;
  return html`
    <${Search} search=${search} setSearch=${setSearch} />
    <div class="head">
      <p role="status" data-testid="orders-found">${orders ? words.found(number(orders.length), Boolean(more)) : t.app.loading}</p>
      <${Export} event=${event} query=${queryOf(search)} label=${found ? words.exportFound : words.exportAll} />
    </div>
    ${failed && html`<p class="notice bad" role="alert">${failed} <button onClick=${refresh}>${t.app.tryAgain}</button></p>`}
    ${orders?.length === 0 && html`<p class="quiet">${found ? words.noneFound : words.none}</p>`}
    <p class="hidden" role="status">${said}</p>
    <ul class="order-list" aria-busy=${busy}>
      ${orders?.map(o => html`<${OrderRow} key=${o.id} order=${o} plan=${plan} onChange=${changed} />`)}
    </ul>
    ${more && html`<p class="actions"><button disabled=${busy} onClick=${showMore}>${busy ? t.app.loading : words.more}</button></p>`}`;
}

/** @param {{search: {q: string, status: string}, setSearch(search: {q: string, status: string}): void}} props */
function Search({search, setSearch}) {
  const [q, setQ] = useState(search.q);
  useEffect(() => {
    if (q.trim() === search.q) return;
    const timer = setTimeout(() => setSearch({...search, q: q.trim()}), typing);
    return () => clearTimeout(timer);
  }, [q, search]);
  return html`
    <form class="order-search" role="search" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); setSearch({...search, q: q.trim()}); }}>
      <div class="entry">
        <label for="order-search">${words.search}</label>
        <input id="order-search" type="search" value=${q} maxlength="254" autocomplete="off" spellcheck=${false} aria-describedby="order-search-hint"
          onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ e) => setQ(e.currentTarget.value)} />
        <small id="order-search-hint">${words.searchHint}</small>
      </div>
      <div class="entry">
        <label for="order-status">${words.status}</label>
        <select id="order-status" value=${search.status} onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ e) => setSearch({...search, status: e.currentTarget.value})}>
          <option value="" selected=${search.status === ''}>${words.any}</option>
          ${Object.entries(words.statuses).map(([status, text]) => html`<option key=${status} value=${status} selected=${status === search.status}>${text}</option>`)}
        </select>
      </div>
    </form>`;
}

/** @param {{q: string, status: string}} search */
function queryOf({q, status}) {
  const query = new URLSearchParams();
  if (q) query.set('q', q);
  if (status) query.set('status', status);
  return query;
}

/**
 * The orders that match, page after page. An answer to an older search is not
 * taken.
 * @param {string} event
 * @param {{q: string, status: string}} search
 */
function useOrders(event, search) {
  const [state, setState] = useState(/** @type {{orders?: EventOrder[], more?: string, busy?: boolean, failed?: string}} */ ({}));
  const current = useRef(new AbortController());

  /**
   * @param {number} limit
   * @param {string} cursor
   * @param {(old: EventOrder[], items: EventOrder[], more: string) => {orders: EventOrder[], more: string}} join
   */
  async function read(limit, cursor, join) {
    current.current.abort();
    const leaving = current.current = new AbortController();
    const query = queryOf(search);
    query.set('limit', String(limit));
    if (cursor) query.set('cursor', cursor);
    setState(old => ({...old, busy: true, failed: ''}));
    try {
      const answer = await call('GET', `${eventPath(event)}/orders?${query}`, {signedIn: true, signal: leaving.signal});
      setState(old => join(old.orders ?? [], answer.items, answer.next_cursor ?? ''));
    } catch (err) {
      if (!leaving.signal.aborted) setState(old => ({...old, busy: false, failed: /** @type {Error} */ (err).message}));
    }
  }

  useEffect(() => {
    read(page, '', (_, orders, more) => ({orders, more}));
    return () => current.current.abort();
  }, [event, search]);

  const count = state.orders?.length ?? 0;
  const showMore = () => read(page, state.more ?? '', (old, items, more) => ({orders: [...old, ...items], more}));
  // Reads again what is shown, as far as one page goes; what is further down
  // stays as it was.
  const refresh = useCallback(() => read(Math.min(Math.max(count, page), largest), '', (old, items, more) => {
    const last = items.at(-1);
    const at = last ? old.findIndex(o => o.id === last.id) : -1;
    const further = at < 0 ? [] : old.slice(at + 1);
    return {orders: [...items, ...further], more: further.length ? state.more ?? '' : more};
  }), [event, search, count, state.more]);
  const replace = useCallback((/** @type {EventOrder} */ order) =>
    setState(old => ({...old, orders: old.orders?.map(o => o.id === order.id ? {...o, ...order} : o)})), []);
  return {...state, showMore, refresh, replace};
}

/**
 * Refreshes when seats change hands, and while money is on its way back, which
 * no seat tells.
 * @param {import('../hall/seatstate.js').SeatState} map
 * @param {EventOrder[]|undefined} orders
 * @param {() => void} refresh
 */
function useLive(map, orders, refresh) {
  useEffect(() => {
    let timer = 0;
    const end = map.subscribe(() => { timer ||= setTimeout(() => { timer = 0; refresh(); }, settled); });
    return () => { end(); clearTimeout(timer); };
  }, [map, refresh]);
  const refunding = orders?.some(o => o.status === 'refunding') ?? false;
  useEffect(() => {
    if (!refunding) return;
    const timer = setInterval(refresh, refundPoll);
    return () => clearInterval(timer);
  }, [refunding, refresh]);
}
