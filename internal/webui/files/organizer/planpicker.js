// Where a seating plan is dropped or chosen, and seen.

import {SeatState} from '../hall/seatstate.js';
import {SeatMap} from '../hall/SeatMap.js';
import {t} from '../texts.js';
import {html, useMemo, useRef, useState} from '../ui.js';
import {seatCount} from './formats.js';
import {PlanFault, readPlanFile} from './planfile.js';
import {placeOf} from './planplace.js';

const words = t.organizer.form;

/**
 * @param {{
 *   plan: import('./planfile.js').PlanFile|null, refused?: string, busy: boolean,
 *   onPlan(plan: import('./planfile.js').PlanFile|null): void,
 * }} props refused is what the service has against the plan
 */
export function PlanPicker({plan, refused, busy, onPlan}) {
  const input = useRef(/** @type {HTMLInputElement|null} */ (null));
  const [over, setOver] = useState(false);
  const [reading, setReading] = useState(false);
  const [fault, setFault] = useState(/** @type {PlanFault|null} */ (null));

  /** @param {FileList|undefined|null} files */
  async function take(files) {
    if (busy || reading || !files?.length) return;
    if (files.length > 1) return setFault(new PlanFault(words.fault.several));
    setReading(true);
    setFault(null);
    try {
      onPlan(await readPlanFile(files[0]));
    } catch (err) {
      onPlan(null);
      setFault(err instanceof PlanFault ? err : new PlanFault(words.fault.unread));
    }
    setReading(false);
  }

  const drag = (/** @type {boolean} */ is) => (/** @type {DragEvent} */ e) => { e.preventDefault(); setOver(is); };
  return html`
    <div class=${`plan-drop${over ? ' over' : ''}`} onDragEnter=${drag(true)} onDragOver=${drag(true)} onDragLeave=${drag(false)}
      onDrop=${(/** @type {DragEvent} */ e) => { drag(false)(e); take(e.dataTransfer?.files); }}>
      ${plan
        ? html`<p class="read"><strong>${words.planRead(plan.file, seatCount(plan.seats))}</strong></p>`
        : html`<p>${words.planDrop}</p>`}
      <button type="button" id="plan" disabled=${busy} aria-describedby="plan-format" onClick=${() => input.current?.click()}>
        ${plan ? words.chooseOther : words.choosePlan}
      </button>
      <input type="file" hidden ref=${input} accept=".json,application/json"
        onChange=${(/** @type {{currentTarget: HTMLInputElement}} */ e) => { take(e.currentTarget.files).then(() => { if (input.current) input.current.value = ''; }); }} />
      <small id="plan-format">${words.planFormat}</small>
    </div>
    <div role="status">${reading && html`<p class="quiet">${words.reading}</p>`}</div>
    <div role="alert">
      ${fault && html`<${Fault} text=${fault.message} excerpt=${fault.excerpt} />`}
      ${refused && plan && html`<${Refused} detail=${refused} doc=${plan.doc} />`}
    </div>
    ${plan && html`<${Preview} plan=${plan} />`}`;
}

/** @param {{text: string, excerpt: string}} props */
const Fault = ({text, excerpt}) => html`
  <div class="notice bad">
    <p>${text}</p>
    ${excerpt && html`<pre>${excerpt}</pre>`}
  </div>`;

/** @param {{detail: string, doc: any}} props */
function Refused({detail, doc}) {
  const place = placeOf(detail, doc);
  if (!place) return html`<div class="notice bad"><p><strong>${words.fault.refused}</strong> ${detail}</p></div>`;
  return html`
    <div class="notice bad">
      <p><strong>${words.fault.refused}</strong></p>
      ${place.steps.length > 0 && html`<ol class="place" aria-label=${words.place.label}>${place.steps.map(s => html`<li>${s}</li>`)}</ol>`}
      <p>${place.fault}</p>
      <p><code>${place.path}</code></p>
      ${place.excerpt && html`<details open><summary>${words.place.excerpt}</summary><pre>${place.excerpt}</pre></details>`}
    </div>`;
}

/** @param {{plan: import('./planfile.js').PlanFile}} props */
function Preview({plan: {drawn, doc}}) {
  const map = useMemo(() => {
    const state = new SeatState(drawn?.count ?? 0);
    state.whole('.'.repeat(drawn?.count ?? 0));
    return state;
  }, [drawn]);
  if (!drawn) return html`<p class="notice warn">${words.cannotDraw}</p>`;
  return html`
    <section class="plan-preview" aria-label=${words.planLabel(doc.name)}>
      <${SeatMap} key=${doc} plan=${drawn} map=${map} readOnly />
    </section>`;
}
