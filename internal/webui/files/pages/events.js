// The events, the next one first.

import {all} from '../api.js';
import {now} from '../clock.js';
import {longDate, money, number, shortDate, t} from '../texts.js';
import {html, useState} from '../ui.js';
import {Failed, useLoaded, useTitle} from './page.js';

/** @typedef {import('../catalog.js').Event} Event */

const step = 24; // events that are shown more each time

export default function EventsPage() {
  useTitle(t.events.title);
  const {value: events, problem, again} = useLoaded(upcomingAndPast, []);
  const [most, setMost] = useState(step);
  return html`
    <h1>${t.events.title}</h1>
    ${problem && html`<${Failed} problem=${problem} again=${again} />`}
    ${!events && !problem && html`<p class="loading">${t.app.loading}</p>`}
    ${events && html`
      ${events.upcoming.length === 0 && html`<p class="card">${t.events.none}</p>`}
      <ul class="events">${events.upcoming.slice(0, most).map(e => html`<${EventCard} key=${e.id} event=${e} />`)}</ul>
      ${most < events.upcoming.length && html`
        <p><button onClick=${() => setMost(most + step)}>${t.events.more(events.upcoming.length - most)}</button></p>`}
      ${events.past.length > 0 && html`<${Past} events=${events.past} />`}`}`;
}

/** The service lists the newest first; a customer looks for the next. */
async function upcomingAndPast() {
  /** @type {Event[]} */
  const events = await all('/v1/events');
  const byStart = events.toSorted((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
  const isPast = (/** @type {Event} */ e) => Date.parse(e.starts_at) < now();
  return {upcoming: byStart.filter(e => !isPast(e)), past: byStart.filter(isPast).reverse()};
}

/** @param {{event: Event}} props */
function EventCard({event}) {
  return html`
    <li class="card event">
      <h2><a href=${`/events/${encodeURIComponent(event.id)}`}>${event.name}</a></h2>
      <p>${longDate(event.starts_at)}</p>
      <p class="event-facts">
        <${Status} event=${event} />
        <span class="quiet">${t.events.seats(number(event.seat_count))}</span>
        <${Price} event=${event} />
      </p>
    </li>`;
}

/** @param {{event: Event}} props */
function Status({event}) {
  const text = event.status === 'scheduled' && event.on_sale_at ? t.events.opens(shortDate(event.on_sale_at)) : t.events.status[event.status];
  return html`<span class=${`badge ${event.status}`}>${text}</span>`;
}

/** @param {{event: Event}} props */
function Price({event}) {
  const prices = event.categories.map(c => c.price).toSorted((a, b) => a.amount - b.amount);
  if (prices.length === 0) return null;
  const text = money(prices[0]);
  const one = prices[0].amount === prices.at(-1)?.amount;
  return html`<strong>${one ? text : t.events.from(text)}</strong>`;
}

/** @param {{events: Event[]}} props */
function Past({events}) {
  const [most, setMost] = useState(step);
  return html`
    <details class="past">
      <summary>${t.events.past(events.length)}</summary>
      <ul>
        ${events.slice(0, most).map(e => html`
          <li key=${e.id}><a href=${`/events/${encodeURIComponent(e.id)}`}>${e.name}</a> <small>${shortDate(e.starts_at)}</small></li>`)}
      </ul>
      ${most < events.length && html`<button onClick=${() => setMost(most + step)}>${t.events.more(events.length - most)}</button>`}
    </details>`;
}
