// Which seats are where: a grid of cells over the hall, built once.

/** @typedef {import('./box.js').Box} Box */

export class Places {
  /** @param {import('./plan.js').Plan} plan */
  constructor(plan) {
    this.plan = plan;
    this.largest = plan.r.reduce((a, b) => Math.max(a, b), 0);
    const {box, count} = plan;
    // About four seats a cell, however wide the plan is.
    this.cell = Math.max(4 * this.largest, Math.sqrt(box.w * box.h * 4 / Math.max(count, 1)) / 2) || 1;
    this.columns = Math.floor(box.w / this.cell) + 1;
    this.lines = Math.floor(box.h / this.cell) + 1;
    this.starts = new Int32Array(this.columns * this.lines + 1);
    this.seats = new Int32Array(count);
    this.sort();
  }

  sort() {
    const {plan, starts, seats} = this;
    const cells = new Int32Array(plan.count);
    for (let i = 0; i < plan.count; i++) {
      cells[i] = this.line(plan.y[i]) * this.columns + this.column(plan.x[i]);
      starts[cells[i] + 1]++;
    }
    for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
    const next = starts.slice();
    for (let i = 0; i < plan.count; i++) seats[next[cells[i]]++] = i;
  }

  /** @param {number} x */
  column(x) {
    return Math.min(Math.max(Math.floor((x - this.plan.box.x) / this.cell), 0), this.columns - 1);
  }

  /** @param {number} y */
  line(y) {
    return Math.min(Math.max(Math.floor((y - this.plan.box.y) / this.cell), 0), this.lines - 1);
  }

  /**
   * Calls each with every seat whose middle is at most `around` outside the box.
   * @param {Box} box
   * @param {number} around
   * @param {(i: number) => void} each
   */
  within({x, y, w, h}, around, each) {
    const {plan, starts, seats, columns} = this;
    const left = this.column(x - around);
    const right = this.column(x + w + around);
    const bottom = this.line(y + h + around);
    for (let line = this.line(y - around); line <= bottom; line++) {
      const end = starts[line * columns + right + 1];
      for (let k = starts[line * columns + left]; k < end; k++) {
        const i = seats[k];
        if (plan.x[i] < x - around || plan.x[i] > x + w + around || plan.y[i] < y - around || plan.y[i] > y + h + around) continue;
        each(i);
      }
    }
  }

  /**
   * The seat nearest to a point, measured from its rim, or -1 where none is as
   * near as `reach`.
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   */
  nearest(x, y, reach) {
    const {plan} = this;
    let found = -1;
    let least = reach;
    this.within({x, y, w: 0, h: 0}, reach + this.largest, i => {
      const far = Math.hypot(plan.x[i] - x, plan.y[i] - y) - plan.r[i];
      if (far <= least) {
        least = far;
        found = i;
      }
    });
    return found;
  }
}
