// The sale of an event: its hall, live, and the customer's seats.

import {eventNow, planOf} from '../catalog.js';
import {SeatMap} from '../hall/SeatMap.js';
import {Basket} from '../sale/Basket.js';
import {Sale} from '../sale/sale.js';
import {watch} from '../sale/watch.js';
import {longDate, shortDate, t} from '../texts.js';
import {html, useEffect, useState} from '../ui.js';
import {Failed, useLoaded, useTitle} from './page.js';

/** @param {{id: string}} props */
export default function EventPage({id}) {
  const {value: sale, problem, again} = useLoaded(async () => {
    const [event, plan] = await Promise.all([eventNow(id), planOf(id)]);
    return new Sale(event, plan);
  }, [id]);
  useTitle(sale?.event.name);
  if (problem) return html`<${Failed} problem=${problem} again=${again} missing=${t.event.missing} />`;
  if (!sale) return html`<p class="loading">${t.app.loading}</p>`;
  return html`<${SalePage} sale=${sale} />`;
}

/** @param {{sale: Sale}} props */
function SalePage({sale}) {
  const [, redraw] = useState({});
  useEffect(() => {
    const end = sale.subscribe(() => redraw({}));
    const unwatch = watch(sale);
    return () => {
      end();
      unwatch();
    };
  }, [sale]);
  const {event, plan, map, holds, choice, conflicts} = sale;
  return html`
    <div class="sale wide">
      <div class="sale-head">
        <h1>${event.name}</h1>
        <p class="quiet">${longDate(event.starts_at)}</p>
        <${SaleStatus} event=${event} />
      </div>
      <div class="sale-hall">
        <${SeatMap} plan=${plan} map=${map} mine=${holds.seats} chosen=${choice.seats} conflicts=${conflicts}
          readOnly=${event.status !== 'on_sale'} onSeat=${(/** @type {number} */ i) => sale.press(i)} />
      </div>
      <${Basket} sale=${sale} />
    </div>`;
}

/** @param {{event: import('../catalog.js').Event}} props */
function SaleStatus({event}) {
  if (event.status === 'on_sale') return null;
  const text = event.status === 'scheduled' && event.on_sale_at ? t.event.opens(shortDate(event.on_sale_at)) : t.event.notNow[event.status];
  return html`<p class="notice warn" role="status">${text}</p>`;
}
