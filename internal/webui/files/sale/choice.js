// The seats that a customer has chosen and not held yet. They outlive a reload,
// signing in and the way to another page, in this tab.

const place = (/** @type {string} */ event) => `seathold.choice.${event}`;

/**
 * Chooses seats of an event whose page is not open.
 * @param {string} event its id
 * @param {string[]} guids
 */
export const chooseFor = (event, guids) => sessionStorage.setItem(place(event), JSON.stringify(guids));

export class Choice {
  /**
   * @param {string} event its id
   * @param {import('../hall/plan.js').Plan} plan
   */
  constructor(event, plan) {
    this.place = place(event);
    this.plan = plan;
    /** Indices, as they were chosen; a new set after each change. @type {Set<number>} */
    this.seats = new Set(kept(this.place).map(guid => plan.indexOf.get(guid)).filter(i => i !== undefined));
  }

  /** @param {Iterable<number>} seats */
  add(seats) {
    this.set([...this.seats, ...seats]);
  }

  /** @param {Iterable<number>} seats */
  drop(seats) {
    const out = new Set(seats);
    this.set([...this.seats].filter(i => !out.has(i)));
  }

  /** @param {number[]} seats */
  set(seats) {
    this.seats = new Set(seats);
    if (this.seats.size === 0) sessionStorage.removeItem(this.place);
    else sessionStorage.setItem(this.place, JSON.stringify([...this.seats].map(i => this.plan.seats[i].guid)));
  }
}

/**
 * @param {string} place
 * @returns {string[]}
 */
function kept(place) {
  try {
    const guids = JSON.parse(sessionStorage.getItem(place) ?? '[]');
    return Array.isArray(guids) ? guids : [];
  } catch {
    return [];
  }
}
