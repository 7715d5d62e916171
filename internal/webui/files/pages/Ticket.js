// What was ordered, as it is printed and shown at the door once it is paid.

import {rowText} from '../hall/plan.js';
import {account} from '../session.js';
import {longDate, money, shortDate, t} from '../texts.js';
import {html} from '../ui.js';

/**
 * @param {{
 *   order: import('./orderwords.js').Order, event?: import('../catalog.js').Event, plan?: import('../hall/plan.js').Plan,
 * }} props
 */
export function Ticket({order, event, plan}) {
  const paid = order.status === 'paid';
  return html`
    <section class=${`card ticket ${paid ? 'paid' : ''}`} aria-label=${paid ? t.orders.tickets : t.orders.contents} data-testid="ticket">
      <h2>${event ? html`<a href=${`/events/${encodeURIComponent(event.id)}`}>${event.name}</a>` : t.app.loading}</h2>
      ${event && html`<p>${longDate(event.starts_at)}</p>`}
      <table>
        <thead><tr>
          <th scope="col">${t.orders.section}</th><th scope="col">${t.orders.row}</th><th scope="col">${t.orders.seat}</th>
          <th scope="col" class="number">${t.orders.price}</th>
        </tr></thead>
        <tbody>${order.seats.map(guid => html`<${SeatRow} key=${guid} guid=${guid} plan=${plan} currency=${order.total.currency} />`)}</tbody>
        <tfoot><tr><th scope="row" colspan="3">${t.orders.total}</th><td class="number"><strong>${money(order.total)}</strong></td></tr></tfoot>
      </table>
      <p class="quiet facts">
        ${paid && html`${t.orders.ticketFor(account()?.name ?? '')}<br />`}
        ${t.orders.facts(order.id, shortDate(order.created_at))}
      </p>
    </section>`;
}

/** @param {{guid: string, plan?: import('../hall/plan.js').Plan, currency: string}} props */
function SeatRow({guid, plan, currency}) {
  const i = plan?.indexOf.get(guid);
  if (!plan || i === undefined) return html`<tr><td colspan="3">${guid}</td><td></td></tr>`;
  const seat = plan.seats[i];
  const {name, price} = plan.categories[seat.category];
  const row = plan.rows[seat.row];
  const section = plan.sections[seat.section].name;
  return html`
    <tr>
      <td>${section} ${name !== section && html`<small>${name}</small>`}</td>
      <td>${row.named ? rowText(plan, seat.row) : row.label}</td>
      <td>${seat.number}</td>
      <td class="number">${money({amount: price?.amount ?? 0, currency})}</td>
    </tr>`;
}
