// A new event: a seating plan, what it is called and when it is, and prices.

import {call} from '../api.js';
import {Problem} from '../problem.js';
import {go} from '../router.js';
import {minorDigits, money, number, t} from '../texts.js';
import {html, useRef, useState} from '../ui.js';
import {errorsOf, EventFields, noValues, readFields, readPrice, without} from './fields.js';
import {Gate} from './gate.js';
import {mostBytes} from './planfile.js';
import {PlanPicker} from './planpicker.js';
import {currencies, currencyName} from './currencies.js';

const words = t.organizer.form;

export default () => html`<${Gate} title=${words.newTitle}><${NewEvent} /><//>`;

/** @typedef {import('./planfile.js').PlanFile} PlanFile */

function NewEvent() {
  const form = useRef(/** @type {HTMLFormElement|null} */ (null));
  const [plan, setPlan] = useState(/** @type {PlanFile|null} */ (null));
  const [values, setValues] = useState(noValues);
  const [currency, setCurrency] = useState('EUR');
  const [prices, setPrices] = useState(/** @type {Record<string, string>} */ ({}));
  const [errors, setErrors] = useState(/** @type {import('./fields.js').Errors} */ ({}));
  const [priceErrors, setPriceErrors] = useState(/** @type {Record<string, string>} */ ({}));
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);

  /** @param {PlanFile|null} next */
  function choose(next) {
    setPlan(next);
    setErrors(without('plan'));
    if (next && !values.name && typeof next.doc.name === 'string') setValues({...values, name: next.doc.name});
  }

  /**
   * @param {keyof import('./fields.js').Values} name
   * @param {string} value
   */
  function change(name, value) {
    setValues(old => ({...old, [name]: value}));
    setErrors(without(name));
  }

  /**
   * @param {string} category
   * @param {string} value
   */
  function changePrice(category, value) {
    setPrices(old => ({...old, [category]: value}));
    setPriceErrors(without(category));
  }

  /** @param {SubmitEvent} e */
  async function submit(e) {
    e.preventDefault();
    if (busy) return;
    const {body, errors, priceErrors} = read({plan, values, currency, prices});
    if (!show(errors, priceErrors)) return;
    const sent = bodyOf(body, /** @type {PlanFile} */ (plan).text);
    if (sent.size > mostBytes) return void show({plan: words.fault.bigWhole}, {});
    setBusy(true);
    try {
      const event = await call('POST', '/v1/events', {body: sent, signedIn: true});
      go(`/organizer/events/${encodeURIComponent(event.id)}`, {replace: true});
    } catch (err) {
      setBusy(false);
      const found = err instanceof Problem ? errorsOf(err) : null;
      show(found ?? {}, {});
      if (!found) setFailed(/** @type {Error} */ (err).message);
    }
  }

  /**
   * Shows errors, and goes to the first. Returns whether there are none.
   * @param {import('./fields.js').Errors} errors
   * @param {Record<string, string>} priceErrors
   */
  function show(errors, priceErrors) {
    setErrors(errors);
    setPriceErrors(priceErrors);
    const fine = Object.keys(errors).length + Object.keys(priceErrors).length === 0;
    setFailed(fine ? '' : words.fixFirst);
    if (!fine) setTimeout(() => /** @type {HTMLElement|null|undefined} */ (form.current?.querySelector(errors.plan ? '#plan' : '[aria-invalid=true]'))?.focus());
    return fine;
  }

  return html`
    <p><a href="/organizer">${t.organizer.back}</a></p>
    <h1>${words.newTitle}</h1>
    <form class="new-event" ref=${form} noValidate onSubmit=${submit} aria-busy=${busy}>
      <section>
        <h2>${words.planTitle}</h2>
        ${errors.plan === words.wrong.noPlan && html`<p class="field-error" id="plan-error">${errors.plan}</p>`}
        <${PlanPicker} plan=${plan} busy=${busy} onPlan=${choose} refused=${errors.plan} />
      </section>
      <section>
        <h2>${words.eventTitle}</h2>
        <${EventFields} values=${values} errors=${errors} onChange=${change} />
      </section>
      ${plan && html`
        <section>
          <h2>${words.pricesTitle}</h2>
          <${Prices} ...${{plan, currency, setCurrency, prices, priceErrors}} error=${errors.prices}
            onPrice=${changePrice} />
        </section>`}
      ${failed && html`<p class="notice bad" role="alert">${failed}</p>`}
      <div class="actions">
        <button class="primary" disabled=${busy}>${busy ? words.creating : words.create}</button>
        <a class="button" href="/organizer">${t.app.cancel}</a>
      </div>
    </form>`;
}

/**
 * @param {{
 *   plan: PlanFile, currency: string, setCurrency(c: string): void, prices: Record<string, string>,
 *   priceErrors: Record<string, string>, error?: string, onPrice(category: string, value: string): void,
 * }} props
 */
function Prices({plan, currency, setCurrency, prices, priceErrors, error, onPrice}) {
  const zero = (0).toFixed(minorDigits(currency));
  const priceOf = (/** @type {string} */ name) => {
    const {amount} = readPrice(prices[name] ?? '', currency);
    return amount === undefined ? '' : amount === 0 ? words.free : money({amount, currency});
  };
  return html`
    <div class="entry currency">
      <label for="currency">${words.currency}</label>
      <select id="currency" value=${currency} onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ e) => setCurrency(e.currentTarget.value)}>
        ${currencies().map(c => html`<option key=${c} value=${c} selected=${c === currency}>${c} – ${currencyName(c)}</option>`)}
      </select>
    </div>
    ${error && html`<p class="field-error">${error}</p>`}
    <table class="prices">
      <thead><tr><th scope="col">${words.category}</th><th scope="col" class="number">${words.seatCount}</th><th scope="col">${words.priceColumn}</th></tr></thead>
      <tbody>
        ${plan.categories.map((c, k) => html`
          <tr key=${c.name}>
            <th scope="row"><${Swatch} color=${c.color} />${c.name}</th>
            <td class="number">${number(c.seats)}</td>
            <td>
              <input id=${`price-${k}`} inputmode="decimal" autocomplete="off" placeholder=${zero} value=${prices[c.name] ?? ''}
                aria-label=${words.priceOf(c.name)} aria-invalid=${priceErrors[c.name] ? 'true' : undefined} aria-describedby=${`price-${k}-about`}
                onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ e) => onPrice(c.name, e.currentTarget.value)} />
              <small id=${`price-${k}-about`} class=${priceErrors[c.name] ? 'field-error' : ''}>${priceErrors[c.name] ?? priceOf(c.name)}</small>
            </td>
          </tr>`)}
      </tbody>
    </table>`;
}

/** @param {{color: string}} props */
const Swatch = ({color}) => html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill=${color || 'currentColor'} /></svg>`;

/**
 * @param {{plan: PlanFile|null, values: import('./fields.js').Values, currency: string, prices: Record<string, string>}} form
 */
function read({plan, values, currency, prices}) {
  const {body, errors} = readFields(values);
  if (!plan) errors.plan = words.wrong.noPlan;
  /** @type {Record<string, string>} */
  const priceErrors = {};
  /** @type {Record<string, {amount: number, currency: string}>} */
  const read = {};
  for (const {name} of plan?.categories ?? []) {
    const price = readPrice(prices[name] ?? '', currency);
    if (price.error !== undefined) priceErrors[name] = price.error;
    else read[name] = {amount: price.amount, currency};
  }
  return {body: {...body, prices: read}, errors, priceErrors};
}

/**
 * The call's body, with the plan as it stands in its file.
 * @param {object} body
 * @param {string} plan
 */
const bodyOf = (body, plan) => new Blob([JSON.stringify(body).replace(/}$/, ',"plan":'), plan, '}'], {type: 'application/json'});
