// Where the keys lead from a seat: along its row, and from row to row by how
// the hall lies, which need not be straight.

/** @typedef {import('./plan.js').Plan} Plan */
/** @typedef {'left'|'right'|'up'|'down'|'rowStart'|'rowEnd'|'first'|'last'|'sectionBefore'|'sectionAfter'} Step */

const beside = 0.85; // cosine: what goes on a row that has ended lies so straight ahead
const across = 0.4; // cosine: what is above or below may lie so far aside
const detour = 4; // times the square of the shortest way, up to which the next row of the plan is the next one
const elsewhere = 3; // other sections count as so many times farther, squared

/** The way of one reader through the hall: going back leads to where they came from. */
export class Steps {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    /** Seats left by going up or down, and how. @type {{from: number, to: number, step: Step}[]} */
    this.trail = [];
    this.upside = plan.sections.map(section => upsideDown(plan, section));
  }

  /**
   * The seat that a step leads to; the same one where it leads nowhere.
   * @param {number} i
   * @param {Step} step
   */
  from(i, step) {
    if (step !== 'up' && step !== 'down') {
      this.trail = [];
      return straight(this.plan, i, step);
    }
    const last = this.trail.at(-1);
    if (last && last.to === i && last.step !== step) {
      this.trail.pop();
      return last.from;
    }
    const to = nextRow(this.plan, i, step === 'down' ? 1 : -1, this.upside);
    if (last?.to !== i) this.trail = [];
    if (to !== i) this.trail.push({from: i, to, step});
    return to;
  }
}

/**
 * @param {Plan} plan
 * @param {number} i
 * @param {Step} step
 */
function straight(plan, i, step) {
  const row = plan.rows[plan.seats[i].row].seats;
  switch (step) {
    case 'left': return row[row.indexOf(i) - 1] ?? goOn(plan, i, -1);
    case 'right': return row[row.indexOf(i) + 1] ?? goOn(plan, i, 1);
    case 'rowStart': return row[0];
    case 'rowEnd': return row[row.length - 1];
    case 'first': return plan.rows[0].seats[0];
    case 'last': return plan.rows[plan.rows.length - 1].seats.at(-1) ?? i;
    case 'sectionBefore': return sectionStart(plan, plan.seats[i].section - 1) ?? i;
    case 'sectionAfter': return sectionStart(plan, plan.seats[i].section + 1) ?? i;
    default: return i;
  }
}

/**
 * @param {Plan} plan
 * @param {number} section
 * @returns {number|undefined}
 */
const sectionStart = (plan, section) => section in plan.sections ? plan.rows[plan.sections[section].rows[0]].seats[0] : undefined;

/**
 * The direction of the row at a seat, to the right, as a unit vector.
 * @param {Plan} plan
 * @param {number} i
 */
function along({rows, seats, x, y}, i) {
  const row = rows[seats[i].row].seats;
  const k = row.indexOf(i);
  const a = row[Math.max(0, k - 1)];
  const b = row[Math.min(row.length - 1, k + 1)];
  const long = Math.hypot(x[b] - x[a], y[b] - y[a]);
  return long > 0 ? {x: (x[b] - x[a]) / long, y: (y[b] - y[a]) / long} : {x: 1, y: 0};
}

/**
 * The direction from a seat to the row below.
 * @param {Plan} plan
 * @param {number} i
 * @param {boolean[]} upside by section
 */
function below(plan, i, upside) {
  const {x, y} = along(plan, i);
  return upside[plan.seats[i].section] ? {x: y, y: -x} : {x: -y, y: x};
}

/**
 * Whether down is to the right in a section whose rows stand upright, as at the
 * sides of an arena: it is from each row to the next one of the plan.
 * @param {Plan} plan
 * @param {import('./plan.js').Section} section
 */
function upsideDown({x, y, rows}, section) {
  const first = rows[section.rows[0]].seats;
  const last = rows[section.rows.at(-1) ?? 0].seats;
  const [a, b] = [first[0], first[first.length - 1]];
  const upright = Math.abs(y[b] - y[a]) > Math.abs(x[b] - x[a]);
  return upright && x[last[last.length >> 1]] > x[first[first.length >> 1]];
}

/**
 * From the end of a row to the seat that goes on in its line: behind an aisle,
 * in the next section.
 * @param {Plan} plan
 * @param {number} i
 * @param {1|-1} sign
 */
function goOn(plan, i, sign) {
  const u = along(plan, i);
  const to = nearest(plan, i, u.x * sign, u.y * sign, beside);
  return leadsOn(plan, i, to, along(plan, to), sign) ? to : i;
}

/**
 * The nearest seat of the row below (sign 1) or above. Which row that is, is
 * known best by the plan's order; where that leads aside or far off, by the
 * place alone.
 * @param {Plan} plan
 * @param {number} i
 * @param {1|-1} sign
 * @param {boolean[]} upside
 */
function nextRow(plan, i, sign, upside) {
  const v = below(plan, i, upside);
  const dx = v.x * sign;
  const dy = v.y * sign;
  const {section, row} = plan.seats[i];
  let best = nearest(plan, i, dx, dy, across);
  const inside = best !== i && plan.seats[best].section === section;
  if (!inside && !leadsOn(plan, i, best, below(plan, best, upside), sign)) best = i;
  let reach = inside ? detour * square(plan, i, best) : Infinity;
  const {rows} = plan.sections[section];
  const k = rows.indexOf(row);
  for (const other of [rows[k - 1], rows[k + 1]]) {
    if (other === undefined) continue;
    const to = nearestOf(plan, plan.rows[other].seats, i, dx, dy, across);
    const d = to === i ? Infinity : square(plan, i, to);
    if (d < reach) [best, reach] = [to, d];
  }
  return best;
}

/**
 * Whether the same key leads on from there, and not back: it does not where the
 * sides of a round hall face one another.
 * @param {Plan} plan
 * @param {number} from
 * @param {number} to
 * @param {{x: number, y: number}} there the direction of the key at the seat it leads to
 * @param {1|-1} sign
 */
const leadsOn = ({x, y}, from, to, there, sign) => sign * (there.x * (x[to] - x[from]) + there.y * (y[to] - y[from])) > 0;

/**
 * The seat of another row that is nearest in a direction; i where there is none.
 * @param {Plan} plan
 * @param {number} i
 * @param {number} dx
 * @param {number} dy
 * @param {number} cosine of the widest angle
 */
function nearest(plan, i, dx, dy, cosine) {
  const {x, y, seats, count} = plan;
  const {row, section} = seats[i];
  let best = i;
  let least = Infinity;
  for (let k = 0; k < count; k++) {
    const ax = x[k] - x[i];
    const ay = y[k] - y[i];
    const ahead = ax * dx + ay * dy;
    if (ahead <= 0) continue;
    const d = ax * ax + ay * ay;
    if (d >= least || ahead * ahead < cosine * cosine * d || seats[k].row === row) continue;
    const far = seats[k].section === section ? d : d * elsewhere;
    if (far < least) [best, least] = [k, far];
  }
  return best;
}

/**
 * As nearest, of some seats: the one beside which the others are farther, if it
 * lies in the direction.
 * @param {Plan} plan
 * @param {number[]} some
 * @param {number} i
 * @param {number} dx
 * @param {number} dy
 * @param {number} cosine
 */
function nearestOf(plan, some, i, dx, dy, cosine) {
  let best = some[0];
  for (const k of some) if (square(plan, i, k) < square(plan, i, best)) best = k;
  const ahead = (plan.x[best] - plan.x[i]) * dx + (plan.y[best] - plan.y[i]) * dy;
  return ahead > cosine * Math.sqrt(square(plan, i, best)) ? best : i;
}

/**
 * @param {Plan} plan
 * @param {number} a
 * @param {number} b
 */
const square = ({x, y}, a, b) => (x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2;
