// Where the keys lead from a seat: to the neighbour in its row and to the rows
// beside it, by how the hall lies, which need not be straight.

/** @typedef {import('./plan.js').Plan} Plan */
/** @typedef {{dx: number, dy: number}} Way a unit vector */
/** @typedef {'left'|'right'|'up'|'down'|'rowStart'|'rowEnd'|'first'|'last'|'sectionBefore'|'sectionAfter'} Step */

const beside = 0.85; // cosine: what goes on a row that has ended lies so straight ahead
const aside = 0.4; // cosine: the next row of a section may lie so far aside
const apart = 0.7; // and another section
const detour = 4; // times the square of the shortest way, up to which the next row of the plan is the next one
const elsewhere = 3; // other sections count as so many times farther, squared

/** @type {Record<string, Step>} */
const back = {left: 'right', right: 'left', up: 'down', down: 'up'};

/** The way of one reader through the hall: going back leads to where they came from. */
export class Steps {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    /** By section, whether its rows stand upright, as at the sides of an arena. */
    this.upright = plan.sections.map(section => isUpright(plan, section));
    /** Seats left for other rows, and how. @type {{from: number, to: number, step: Step}[]} */
    this.trail = [];
  }

  /**
   * The seat that a step leads to; the same one where it leads nowhere. The
   * arrow keys lead where they point in the picture.
   * @param {number} i
   * @param {Step} step
   */
  from(i, step) {
    const upright = this.upright[this.plan.seats[i].section];
    const across = (step === 'up' || step === 'down') !== upright;
    if (!(step in back) || !across) {
      this.trail = [];
      return step in back ? this.alongRow(i, step) : jump(this.plan, i, step);
    }
    const last = this.trail.at(-1);
    if (last && last.to === i && last.step === back[step]) {
      this.trail.pop();
      return last.from;
    }
    if (last?.to !== i) this.trail = [];
    const to = this.toNextRow(i, step);
    if (to !== i) this.trail.push({from: i, to, step});
    return to;
  }

  /**
   * The neighbour in the row; at its end the seat that goes on in its line:
   * behind an aisle, in the next section.
   * @param {number} i
   * @param {Step} step
   */
  alongRow(i, step) {
    const row = this.plan.rows[this.plan.seats[i].row].seats;
    const next = row[row.indexOf(i) + (step === 'right' || step === 'down' ? 1 : -1)];
    if (next !== undefined) return next;
    const to = nearest(this.plan, i, this.heading(i, step), beside, beside);
    return this.leadsOn(i, to, step) ? to : i;
  }

  /**
   * The nearest seat of the next row. Which row that is, is known best by the
   * plan's order; where that leads aside or far off, by the place alone.
   * @param {number} i
   * @param {Step} step
   */
  toNextRow(i, step) {
    const {plan} = this;
    const {section, row} = plan.seats[i];
    const way = this.heading(i, step);
    let best = nearest(plan, i, way, aside, apart);
    const inside = best !== i && plan.seats[best].section === section;
    if (!inside && !this.leadsOn(i, best, step)) best = i;
    let reach = inside ? detour * square(plan, i, best) : Infinity;
    const {rows} = plan.sections[section];
    const k = rows.indexOf(row);
    for (const other of [rows[k - 1], rows[k + 1]]) {
      if (other === undefined) continue;
      const to = nearestOf(plan, plan.rows[other].seats, i, way, aside);
      const d = to === i ? Infinity : square(plan, i, to);
      if (d < reach) [best, reach] = [to, d];
    }
    return best;
  }

  /**
   * Where an arrow key leads at a seat, as a unit vector: along the row as it
   * runs there, or square to it.
   * @param {number} i
   * @param {Step} step
   * @returns {Way}
   */
  heading(i, step) {
    const {rows, seats, x, y} = this.plan;
    const upright = this.upright[seats[i].section];
    const row = rows[seats[i].row].seats;
    const k = row.indexOf(i);
    const a = row[Math.max(0, k - 1)];
    const b = row[Math.min(row.length - 1, k + 1)];
    const long = Math.hypot(x[b] - x[a], y[b] - y[a]);
    let [dx, dy] = long > 0 ? [(x[b] - x[a]) / long, (y[b] - y[a]) / long] : upright ? [0, 1] : [1, 0];
    if ((step === 'up' || step === 'down') !== upright) [dx, dy] = upright ? [dy, -dx] : [-dy, dx];
    return step === 'right' || step === 'down' ? {dx, dy} : {dx: -dx, dy: -dy};
  }

  /**
   * Whether the same key leads on from there, and not back.
   * @param {number} from
   * @param {number} to
   * @param {Step} step
   */
  leadsOn(from, to, step) {
    const {x, y} = this.plan;
    const {dx, dy} = this.heading(to, step);
    return dx * (x[to] - x[from]) + dy * (y[to] - y[from]) > 0;
  }
}

/**
 * @param {Plan} plan
 * @param {import('./plan.js').Section} section
 */
function isUpright({x, y, rows}, section) {
  let wide = 0;
  let high = 0;
  for (const k of section.rows) {
    const {seats} = rows[k];
    const [a, b] = [seats[0], seats[seats.length - 1]];
    wide += Math.abs(x[b] - x[a]);
    high += Math.abs(y[b] - y[a]);
  }
  return high > wide;
}

/**
 * @param {Plan} plan
 * @param {number} i
 * @param {Step} step
 */
function jump(plan, i, step) {
  const row = plan.rows[plan.seats[i].row].seats;
  switch (step) {
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
 * The seat of another row that is nearest in a direction; i where there is none.
 * @param {Plan} plan
 * @param {number} i
 * @param {Way} way
 * @param {number} inside cosine of the widest angle in the section
 * @param {number} outside and to other sections
 */
function nearest({x, y, seats, count}, i, {dx, dy}, inside, outside) {
  const {row, section} = seats[i];
  let best = i;
  let least = Infinity;
  for (let k = 0; k < count; k++) {
    const ax = x[k] - x[i];
    const ay = y[k] - y[i];
    const ahead = ax * dx + ay * dy;
    const d = ax * ax + ay * ay;
    if (ahead <= 0 || d >= least || seats[k].row === row) continue;
    const own = seats[k].section === section;
    const far = own ? d : d * elsewhere;
    if (far < least && ahead > (own ? inside : outside) * Math.sqrt(d)) [best, least] = [k, far];
  }
  return best;
}

/**
 * As nearest, of some seats: the one beside which the others are farther, if it
 * lies in the direction.
 * @param {Plan} plan
 * @param {number[]} some
 * @param {number} i
 * @param {Way} way
 * @param {number} cosine
 */
function nearestOf(plan, some, i, {dx, dy}, cosine) {
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
