// An event and how it sells, live.

import {all, call, eventPath} from '../api.js';
import {SeatState} from '../hall/seatstate.js';
import {readPlan} from '../hall/plan.js';
import {listen} from '../live.js';
import {Problem} from '../problem.js';
import {account} from '../session.js';
import {shortDate, t} from '../texts.js';
import {html, useCallback, useEffect, useState} from '../ui.js';
import {Chart} from './chart.js';
import {Gate, useTitle} from './gate.js';
import {Numbers} from './numbers.js';
import {Orders} from './orders.js';
import {Seats} from './seats.js';
import {Settings} from './settings.js';
import {StatusMark} from './status.js';
import {Tabs, useTab} from './tabs.js';

/** @typedef {import('./status.js').Event} Event */

export default (/** @type {{id: string}} */ {id}) =>
  html`<${Gate} title=${t.organizer.title}><${OwnEvent} key=${account()?.id} id=${id} /><//>`;

/** @param {{id: string}} props */
function OwnEvent({id}) {
  const {event, setEvent, plan, blocks, reloadBlocks, failed, missing} = useOwnEvent(id);
  if (event && plan && blocks) return html`<${Board} ...${{event, setEvent, plan, blocks, reloadBlocks}} />`;
  return html`
    <p><a href="/organizer">${t.organizer.back}</a></p>
    ${missing ? html`<h1>${t.organizer.notYours}</h1>`
      : failed ? html`<p class="notice bad" role="alert">${failed} <button onClick=${() => location.reload()}>${t.app.tryAgain}</button></p>`
      : html`<p class="loading">${t.app.loading}</p>`}`;
}

/**
 * The event with its plan and blocks. Events are public; that it is one's own
 * shows by the blocks.
 * @param {string} id
 */
function useOwnEvent(id) {
  const [loaded, setLoaded] = useState(/** @type {{plan?: import('../hall/plan.js').Plan, failed?: string, missing?: boolean}} */ ({}));
  const [event, setEvent] = useState(/** @type {Event|null} */ (null));
  const [blocks, setBlocks] = useState(/** @type {import('./blocks.js').Block[]|null} */ (null));
  const reloadBlocks = useCallback(async () => setBlocks(await all(`${eventPath(id)}/blocks`, {signedIn: true})), [id]);
  useEffect(() => {
    let left = false;
    Promise.all([call('GET', eventPath(id)), call('GET', `${eventPath(id)}/plan`), reloadBlocks()]).then(
      ([event, doc]) => {
        if (left) return;
        setEvent(event);
        setLoaded({plan: readPlan(doc, event.categories)});
      },
      err => {
        const missing = err instanceof Problem && (err.status === 404 || err.status === 422);
        if (!left) setLoaded(missing ? {missing} : {failed: err.message});
      });
    return () => { left = true; };
  }, [id]);
  return {event, setEvent, blocks, reloadBlocks, ...loaded};
}

const tabs = /** @type {('seats'|'orders'|'settings')[]} */ (['seats', 'orders', 'settings']);

/**
 * @param {{
 *   event: Event, setEvent(event: Event): void, plan: import('../hall/plan.js').Plan,
 *   blocks: import('./blocks.js').Block[], reloadBlocks(): Promise<void>,
 * }} props
 */
function Board({event, setEvent, plan, blocks, reloadBlocks}) {
  useTitle(event.name);
  useStatus(event, setEvent);
  const {map, connected} = useMap(event.id, plan.count);
  const [tab, setTab] = useTab(tabs);
  const [search, setSearch] = useState({q: '', status: ''});
  const showOrder = (/** @type {string} */ id) => { setSearch({q: id, status: ''}); setTab('orders'); };
  return html`
    <p><a href="/organizer">${t.organizer.back}</a></p>
    <div class="head">
      <h1>${event.name}</h1>
      <${StatusMark} status=${event.status} />
    </div>
    <p class="quiet">${t.organizer.startsAt(shortDate(event.starts_at))} · <a href=${`/events/${encodeURIComponent(event.id)}`}>${t.organizer.customersPage}</a></p>
    <div role="status">${!connected && html`<p class="notice warn">${t.organizer.reconnecting}</p>`}</div>
    <div class="selling">
      <${Numbers} event=${event} plan=${plan} map=${map} />
      <${Chart} event=${event} map=${map} />
    </div>
    <${Tabs} label=${t.organizer.tabs} names=${tabs} texts=${t.organizer.tab} shown=${tab} onShow=${setTab}>
      ${tab === 'seats' && html`<${Seats} ...${{event, plan, map, blocks, reloadBlocks, showOrder}} />`}
      ${tab === 'orders' && html`<${Orders} ...${{event, plan, map, search, setSearch}} />`}
      ${tab === 'settings' && html`<${Settings} ...${{event, setEvent}} />`}
    <//>`;
}

/**
 * The live map of the event, and whether it is being kept true.
 * @param {string} id
 * @param {number} count
 */
function useMap(id, count) {
  const [map] = useState(() => new SeatState(count));
  const [connected, setConnected] = useState(true); // until it is known otherwise
  useEffect(() => {
    const stream = listen(id, {whole: seats => map.whole(seats), changed: changes => map.changed(changes), connected: setConnected});
    return () => stream.close();
  }, [id]);
  return {map, connected};
}

const longestWait = 3_600_000; // ms; timers cannot wait for weeks

/**
 * Reads the event again when its sale opens or ends by the calendar.
 * @param {Event} event
 * @param {(event: Event) => void} setEvent
 */
function useStatus(event, setEvent) {
  useEffect(() => {
    if (event.status === 'closed') return;
    const next = Date.parse(event.status === 'scheduled' ? event.on_sale_at ?? event.starts_at : event.off_sale_at ?? event.starts_at);
    const wait = Math.min(Math.max(next - Date.now(), 0) + 1000, longestWait);
    const timer = setTimeout(() => call('GET', eventPath(event.id)).then(setEvent, () => setEvent({...event})), wait);
    return () => clearTimeout(timer);
  }, [event]);
}
