// One order: where the customer comes back to from the payment, and the ticket.

import {call, orderPath} from '../api.js';
import {eventOnce, planOf} from '../catalog.js';
import {Problem} from '../problem.js';
import {go} from '../router.js';
import {chooseFor} from '../sale/choice.js';
import {TimeLeft} from '../sale/TimeLeft.js';
import {money, t} from '../texts.js';
import {html, useEffect, useState} from '../ui.js';
import {ConfirmButton} from './ConfirmButton.js';
import {SignedIn} from './SignedIn.js';
import {Ticket} from './Ticket.js';
import {useOrder} from './useOrder.js';
import {moneyBack, story, tone} from './orderwords.js';
import {Failed, useTitle} from './page.js';

/**
 * @typedef {import('./orderwords.js').Order} Order
 * @typedef {import('../catalog.js').Event} Event
 * @typedef {import('../hall/plan.js').Plan} Plan
 */

/** @param {{id: string}} props */
export default function OrderPage({id}) {
  useTitle(t.orders.titleOfOne);
  return html`<${SignedIn} reason=${t.orders.signIn} heading=${t.orders.titleOfOne}><${OneOrder} id=${id} /><//>`;
}

/** @param {{id: string}} props */
function OneOrder({id}) {
  const {order, problem, again, take} = useOrder(id);
  const {event, plan} = useEvent(order?.event_id);
  useTitle(event ? t.orders.titleFor(event.name) : t.orders.titleOfOne);
  if (problem && !order) return html`<${Failed} problem=${problem} again=${again} missing=${t.orders.missing} />`;
  if (!order) return html`<p class="loading">${t.app.loading}</p>`;
  return html`
    <article class="order">
      <p class="no-print"><a href="/orders">${t.orders.toAll}</a></p>
      <h1>${t.orders.heading[order.status]}</h1>
      <div role="status" class=${`notice ${tone(order)}`}><${State} order=${order} /></div>
      ${problem && html`<p class="notice bad no-print">${problem.detail}</p>`}
      <${Steps} order=${order} take=${take} again=${again} />
      <${Ticket} order=${order} event=${event} plan=${plan} />
    </article>`;
}

/**
 * The order's event and plan, as soon as they are there.
 * @param {string} [id]
 */
function useEvent(id) {
  const [found, setFound] = useState(/** @type {{event?: Event, plan?: Plan}} */ ({}));
  useEffect(() => {
    if (!id) return;
    eventOnce(id).then(event => setFound(f => ({...f, event})), () => {}); // seats go by their short names then
    planOf(id).then(plan => setFound(f => ({...f, plan})), () => {});
  }, [id]);
  return found;
}

/** @param {{order: Order}} props */
function State({order}) {
  if (order.status !== 'pending_payment') {
    return html`<p>${story(order)}</p>${moneyBack(order).map(text => html`<p>${text}</p>`)}`;
  }
  const returned = new URLSearchParams(location.search).get('checkout');
  return html`
    <p>${returned === 'cancelled' ? t.orders.notPaidYet : t.orders.waiting}</p>
    ${order.payment && html`<${TimeLeft} deadline=${Date.parse(order.payment.expires_at)} over=${t.orders.over} />`}`;
}

/** What can be done now. @param {{order: Order, take(order: Order): void, again(): void}} props */
function Steps({order, take, again}) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');
  /** @param {() => Promise<void>} act */
  const during = async act => {
    setBusy(true);
    setRefusal('');
    try {
      await act();
    } catch (err) {
      if (!(err instanceof Problem)) throw err;
      setRefusal(t.orders.refused[/** @type {keyof typeof t.orders.refused} */ (err.code)] ?? err.detail);
      again();
    }
    setBusy(false);
  };
  const cancel = () => during(async () => take(await call('POST', `${orderPath(order.id)}/cancel`, {signedIn: true})));
  return html`
    ${refusal && html`<p class="notice warn" role="alert">${refusal}</p>`}
    <div class="actions no-print">
      ${order.status === 'pending_payment' && html`
        ${order.payment
          ? html`<a class="button primary" href=${order.payment.url}>${t.orders.goOnPaying(money(order.total))}</a>`
          : html`<button class="primary" disabled=${busy} onClick=${() => during(() => begin(order, take))}>${t.orders.goOnPaying(money(order.total))}</button>`}
        <${ConfirmButton} text=${t.orders.cancel} question=${t.orders.reallyCancel} yes=${t.orders.yesCancel} no=${t.orders.keep}
          disabled=${busy} onConfirm=${cancel} />`}
      ${order.status === 'paid' && html`<button onClick=${() => print()}>${t.orders.print}</button>`}
      ${order.status !== 'pending_payment' && order.status !== 'paid' && html`<${ChooseAgain} order=${order} />`}
    </div>`;
}

/**
 * Asks once more for a payment that the provider has not answered yet.
 * @param {Order} order
 * @param {(order: Order) => void} take
 */
async function begin(order, take) {
  const body = {event_id: order.event_id, hold_id: order.hold_id};
  const now = await call('POST', '/v1/orders', {body, signedIn: true});
  take(now);
  if (now.payment && now.status === 'pending_payment') location.assign(now.payment.url);
}

/** @param {{order: Order}} props */
function ChooseAgain({order}) {
  const choose = () => {
    chooseFor(order.event_id, order.seats);
    go(`/events/${encodeURIComponent(order.event_id)}`);
  };
  return html`<button onClick=${choose}>${t.orders.chooseAgain}</button>`;
}
