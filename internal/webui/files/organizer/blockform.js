// Keeping the chosen seats from sale.

import {call, eventPath} from '../api.js';
import {Problem} from '../problem.js';
import {number, t} from '../texts.js';
import {html, useState} from '../ui.js';
import {Field, fromLocal} from './fields.js';
import {indicesOf, seatsText} from './seatwords.js';

const words = t.organizer.seats;
const mostSeats = 1000; // of one block, the service's bound
const longestReason = 200; // characters

/**
 * @param {{
 *   event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, chosen: Set<number>, note: string, setNote(note: string): void,
 *   refused(seats: string[]): void, onClear(): void, onBlocked(said: string): Promise<void>,
 * }} props refused is told which seats are taken; onBlocked what was done
 */
export function BlockForm({event, plan, chosen, note, setNote, refused, onClear, onBlocked}) {
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const [errors, setErrors] = useState(/** @type {{reason?: string, until?: string, seats?: string}} */ ({}));
  const [busy, setBusy] = useState(false);
  const count = chosen.size;

  /** @param {SubmitEvent} e */
  async function submit(e) {
    e.preventDefault();
    if (busy) return;
    const wrong = check(count, reason, until);
    setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setNote('');
    try {
      const seats = [...chosen].sort((a, b) => a - b).map(i => plan.seats[i].guid);
      await call('POST', `${eventPath(event.id)}/blocks`, {signedIn: true, body: {seats, reason: reason.trim(), until: fromLocal(until)}});
      setReason('');
      setUntil('');
      await onBlocked(count === 1 ? words.blocked('1') : words.blocked(number(count)));
    } catch (err) {
      setErrors(told(/** @type {Error} */ (err)));
    }
    setBusy(false);
  }

  /** @param {Error} err */
  function told(err) {
    if (!(err instanceof Problem)) return {seats: err.message};
    if (err.code === 'seats_taken') {
      refused(err.seats);
      return {seats: words.taken(seatsText(plan, indicesOf(plan, err.seats)))};
    }
    const [, field, text] = /^(reason|until): (.+)$/s.exec(err.detail) ?? [];
    return field ? {[field]: text} : {seats: err.detail};
  }

  const value = (/** @type {(v: string) => void} */ set) => (/** @type {{currentTarget: HTMLInputElement}} */ e) => set(e.currentTarget.value);
  return html`
    <form class="card block-form" noValidate onSubmit=${submit}>
      <div role="status">
        <p class="chosen"><strong data-testid="chosen-count">${count ? words.chosen(number(count)) : words.noneChosen}</strong></p>
        ${note && html`<p>${note}</p>`}
      </div>
      ${count > 0 && html`
        <p class="quiet">${seatsText(plan, chosen, 5)}</p>
        <${Field} id="block-reason" label=${words.reason} hint=${words.reasonHint} error=${errors.reason} value=${reason} required
          maxlength=${longestReason} autocomplete="off" onInput=${value(setReason)} />
        <${Field} id="block-until" label=${words.until} hint=${words.untilHint} error=${errors.until} value=${until} type="datetime-local" onInput=${value(setUntil)} />`}
      <div role="alert">${errors.seats && html`<p class="notice bad">${errors.seats}</p>`}</div>
      ${count > 0 && html`
        <div class="actions">
          <button class="primary" disabled=${busy}>${busy ? words.blocking : words.block}</button>
          <button type="button" disabled=${busy} onClick=${onClear}>${words.clear}</button>
        </div>`}
    </form>`;
}

/**
 * @param {number} count
 * @param {string} reason
 * @param {string} until
 */
function check(count, reason, until) {
  /** @type {{reason?: string, until?: string, seats?: string}} */
  const wrong = {};
  const time = fromLocal(until);
  if (count > mostSeats) wrong.seats = words.wrong.many(number(mostSeats));
  if (!reason.trim()) wrong.reason = words.wrong.reason;
  else if ([...reason.trim()].length > longestReason) wrong.reason = words.wrong.longReason;
  if (until && (!time || Date.parse(time) <= Date.now())) wrong.until = words.wrong.until;
  return wrong;
}
