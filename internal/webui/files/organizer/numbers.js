// The numbers of a sale, large and live.

import {money, number, t} from '../texts.js';
import {html, useEffect, useRef, useState} from '../ui.js';
import {percent} from './formats.js';
import {Shares, states} from './status.js';

const words = t.organizer;

/**
 * The counts of a map; at most one redrawing a frame, however much changes.
 * @param {import('../hall/seatstate.js').SeatState} map
 */
export function useCounts(map) {
  const [counts, setCounts] = useState(() => map.counts());
  useEffect(() => {
    let frame = 0;
    const end = map.subscribe(() => {
      frame ||= requestAnimationFrame(() => { frame = 0; setCounts(map.counts()); });
    });
    setCounts(map.counts());
    return () => { end(); cancelAnimationFrame(frame); };
  }, [map]);
  return counts;
}

/**
 * @param {{event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, map: import('../hall/seatstate.js').SeatState}} props
 */
export function Numbers({event, plan, map}) {
  const counts = useCounts(map);
  if (!map.known) return html`<p class="loading">${words.counting}</p>`;
  /** @type {Record<string, string>} */
  const about = {
    sold: words.ofSeats(percent(counts.sold, plan.count), number(plan.count)),
    held: words.heldMeaning, free: words.freeMeaning, blocked: words.blockedMeaning,
  };
  return html`
    <div class="numbers">
      <dl>
        ${states.map(s => html`
          <div key=${s}>
            <dt><span class=${`key fill-${s}`} aria-hidden="true"></span>${words.state[s]}</dt>
            <dd><b data-testid=${`count-${s}`}>${number(counts[s])}</b> <small>${about[s]}</small></dd>
          </div>`)}
      </dl>
      <${Shares} counts=${counts} />
      <${Milestones} sold=${counts.sold} count=${plan.count} />
      <details>
        <summary>${words.byCategory}</summary>
        <${ByCategory} event=${event} plan=${plan} map=${map} />
      </details>
    </div>`;
}

const steps = 4; // a quarter of the seats is news; each seat is not

/**
 * Says each quarter of the hall that is sold while the page is open.
 * @param {{sold: number, count: number}} props
 */
function Milestones({sold, count}) {
  const reached = Math.floor(steps * sold / count);
  const first = useRef(reached);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (reached > first.current) setSaid(words.soldSoFar(percent(sold, count), number(sold)));
    first.current = Math.max(first.current, reached);
  }, [reached]);
  return html`<p class="hidden" role="status">${said}</p>`;
}

/**
 * @param {{event: import('./status.js').Event, plan: import('../hall/plan.js').Plan, map: import('../hall/seatstate.js').SeatState}} props
 */
function ByCategory({event, plan, map}) {
  const rows = countCategories(plan, map);
  return html`
    <table>
      <thead><tr>
        <th scope="col">${words.form.category}</th><th scope="col" class="number">${words.state.sold}</th>
        <th scope="col" class="number">${words.state.free}</th><th scope="col" class="number">${words.soldFor}</th>
      </tr></thead>
      <tbody>
        ${event.categories.map((c, k) => html`
          <tr key=${c.name}>
            <th scope="row">${c.name}</th><td class="number">${number(rows[k].sold)}</td>
            <td class="number">${number(rows[k].free)}</td>
            <td class="number">${money({...c.price, amount: rows[k].sold * c.price.amount})}</td>
          </tr>`)}
      </tbody>
    </table>`;
}

/**
 * @param {import('../hall/plan.js').Plan} plan
 * @param {import('../hall/seatstate.js').SeatState} map
 */
function countCategories(plan, map) {
  const rows = plan.categories.map(() => ({sold: 0, free: 0}));
  plan.seats.forEach(({category}, i) => {
    const state = map.at(i);
    if (state === 's') rows[category].sold++;
    else if (state === '.') rows[category].free++;
  });
  return rows;
}
