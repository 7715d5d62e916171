// Changing an event, and ending its sale.

import {call, eventPath} from '../api.js';
import {Problem} from '../problem.js';
import {t} from '../texts.js';
import {html, useState} from '../ui.js';
import {Confirm} from './confirm.js';
import {errorsOf, EventFields, readFields, valuesOf, without} from './fields.js';

const words = t.organizer.form;

/** @typedef {import('./status.js').Event} Event */

/** @param {{event: Event, setEvent(event: Event): void}} props */
export const Settings = ({event, setEvent}) => html`
  <div class="settings">
    <${Edit} event=${event} setEvent=${setEvent} />
    <${Close} event=${event} setEvent=${setEvent} />
  </div>`;

/** @param {{event: Event, setEvent(event: Event): void}} props */
function Edit({event, setEvent}) {
  const [values, setValues] = useState(() => valuesOf(event));
  const [errors, setErrors] = useState(/** @type {import('./fields.js').Errors} */ ({}));
  const [said, setSaid] = useState('');
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);

  /** @param {SubmitEvent} e */
  async function submit(e) {
    e.preventDefault();
    if (busy) return;
    const form = /** @type {HTMLFormElement} */ (e.currentTarget);
    const {body, errors} = readFields(values);
    setFailed('');
    setSaid('');
    if (!show(errors, form)) return;
    const change = changed(body, values, event);
    if (!Object.keys(change).length) return setSaid(words.unchanged);
    setBusy(true);
    try {
      const now = await call('PATCH', eventPath(event.id), {body: change, signedIn: true});
      setEvent(now);
      setValues(valuesOf(now));
      setSaid(words.saved);
    } catch (err) {
      const found = err instanceof Problem ? errorsOf(err) : null;
      if (found) show(found, form);
      else setFailed(/** @type {Error} */ (err).message);
    }
    setBusy(false);
  }

  /**
   * @param {import('./fields.js').Errors} errors
   * @param {HTMLFormElement} form
   */
  function show(errors, form) {
    setErrors(errors);
    const fine = Object.keys(errors).length === 0;
    if (!fine) setTimeout(() => /** @type {HTMLElement|null} */ (form.querySelector('[aria-invalid=true]'))?.focus());
    return fine;
  }

  /**
   * @param {keyof import('./fields.js').Values} name
   * @param {string} value
   */
  function change(name, value) {
    setSaid('');
    setValues(old => ({...old, [name]: value}));
    setErrors(without(name));
  }

  return html`
    <form class="edit" noValidate onSubmit=${submit}>
      <h2>${words.eventTitle}</h2>
      <${EventFields} values=${values} errors=${errors} onChange=${change} />
      <p class="quiet">${words.pricesStay}</p>
      ${failed && html`<p class="notice bad" role="alert">${failed}</p>`}
      <div class="actions">
        <button class="primary" disabled=${busy}>${busy ? words.saving : words.save}</button>
        <span role="status">${said}</span>
      </div>
    </form>`;
}

/**
 * What differs from the event, as the call wants it: what was not touched is
 * left out, since a field shows no seconds and not whose default it shows.
 * @param {Record<string, unknown>} body
 * @param {import('./fields.js').Values} values
 * @param {Event} event
 */
function changed(body, values, event) {
  const before = /** @type {Record<string, string>} */ (valuesOf(event));
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== before[name]).map(([name]) => [name, body[name]]));
}

/** @param {{event: Event, setEvent(event: Event): void}} props */
function Close({event, setEvent}) {
  const [asking, setAsking] = useState(false);
  if (event.status === 'closed') return html`<p class="notice">${words.closedLong}</p>`;
  return html`
    <section class="card">
      <h2>${words.closeTitle}</h2>
      <p>${words.closeMeaning}</p>
      <p class="actions"><button class="danger" onClick=${() => setAsking(true)}>${words.close}</button></p>
      ${asking && html`
        <${Confirm} title=${words.closeAsk(event.name)} action=${words.closeNow} danger onClose=${() => setAsking(false)}
          act=${async () => setEvent(await call('PATCH', eventPath(event.id), {body: {status: 'closed'}, signedIn: true}))}>
          <p>${words.closeMeaning}</p>
        <//>`}
    </section>`;
}
