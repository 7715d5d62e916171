// The organizer's events and how they sell.

import {all, call, eventPath} from '../api.js';
import {account} from '../session.js';
import {number, shortDate, t} from '../texts.js';
import {html, useEffect, useState} from '../ui.js';
import {percent, seatCount} from './formats.js';
import {Gate} from './gate.js';
import {countsOf, Shares, states, StatusMark} from './status.js';

const atOnce = 3; // maps that are counted at the same time

export default () => html`<${Gate} title=${t.organizer.title}><${Events} /><//>`;

function Events() {
  const {events, failed} = useEvents();
  const counts = useCounts(events);
  return html`
    <div class="head">
      <h1>${t.organizer.title}</h1>
      <a class="button primary" href="/organizer/new">${t.organizer.newEvent}</a>
    </div>
    ${failed && html`<p class="notice bad" role="alert">${failed}</p>`}
    ${!events && !failed && html`<p class="loading">${t.app.loading}</p>`}
    ${events?.length === 0 && html`<p>${t.organizer.noEvents}</p>`}
    <ul class="own-events">
      ${events?.map(e => html`<${Row} key=${e.id} event=${e} counts=${counts.get(e.id)} />`)}
    </ul>`;
}

/** @param {{event: import('./status.js').Event, counts?: import('./status.js').Counts|null}} props */
function Row({event, counts}) {
  return html`
    <li class="card">
      <div class="head">
        <h2><a href=${`/organizer/events/${encodeURIComponent(event.id)}`}>${event.name}</a></h2>
        <${StatusMark} status=${event.status} />
      </div>
      <p class="quiet">${t.organizer.startsAt(shortDate(event.starts_at))} · ${seatCount(event.seat_count)}</p>
      ${counts
        ? html`<${Shares} counts=${counts} />
            <ul class="figures">
              ${states.map(s => html`<li><span class=${`key fill-${s}`} aria-hidden="true"></span>${t.organizer.state[s]} <b>${number(counts[s])}</b></li>`)}
              <li class="share">${percent(counts.sold, event.seat_count)}</li>
            </ul>`
        : html`<p class="quiet">${counts === null ? t.organizer.notCounted : t.organizer.counting}</p>`}
    </li>`;
}

/** The events that the account may run: an operator runs all. */
function useEvents() {
  const [state, setState] = useState(/** @type {{events?: import('./status.js').Event[], failed?: string}} */ ({}));
  useEffect(() => {
    const leaving = new AbortController();
    const path = account()?.role === 'operator' ? '/v1/events' : '/v1/me/events';
    all(path, {signedIn: true, signal: leaving.signal}).then(
      events => setState({events}),
      err => { if (!leaving.signal.aborted) setState({failed: err.message}); });
    return () => leaving.abort();
  }, []);
  return state;
}

/**
 * Counts by event id, as they come in; null where a map cannot be had.
 * @param {import('./status.js').Event[]} [events]
 */
function useCounts(events) {
  const [counts, setCounts] = useState(/** @type {Map<string, import('./status.js').Counts|null>} */ (new Map()));
  useEffect(() => {
    const leaving = new AbortController();
    const waiting = [...events ?? []];
    const work = async () => {
      for (let e = waiting.shift(); e && !leaving.signal.aborted; e = waiting.shift()) {
        const {id} = e;
        const found = await call('GET', `${eventPath(id)}/seats`, {signal: leaving.signal}).then(m => countsOf(m.seats), () => null);
        if (!leaving.signal.aborted) setCounts(old => new Map(old).set(id, found));
      }
    };
    for (let k = 0; k < atOnce; k++) work();
    return () => leaving.abort();
  }, [events]);
  return counts;
}
