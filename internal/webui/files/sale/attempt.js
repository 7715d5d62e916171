// A hold that was asked for and not answered yet. It is kept with its
// Idempotency-Key, so that whoever loads the page again meanwhile, or loses the
// answer, asks for the same hold and not for a second one.

/** @typedef {{key: string, seats: string[], account: string, at: number}} Attempt seats are guids, at is in ms of Date.now */

const place = (/** @type {string} */ event) => `seathold.attempt.${event}`;
const forgotten = 2 * 60_000; // ms; an older one is nobody's wish any more

/**
 * Begins an attempt.
 * @param {string} event its id
 * @param {string} account the id of whose it is
 * @param {string[]} seats
 * @returns {Attempt}
 */
export function begin(event, account, seats) {
  const attempt = {key: newKey(), seats, account, at: Date.now()};
  sessionStorage.setItem(place(event), JSON.stringify(attempt));
  return attempt;
}

/**
 * The attempt that was not answered, or null.
 * @param {string} event
 * @param {string} account
 * @returns {Attempt|null}
 */
export function unanswered(event, account) {
  try {
    const attempt = JSON.parse(sessionStorage.getItem(place(event)) ?? 'null');
    const wanted = attempt?.account === account && Math.abs(Date.now() - attempt.at) < forgotten;
    if (attempt && !wanted) answered(event);
    return wanted ? attempt : null;
  } catch {
    return null;
  }
}

/** @param {string} event */
export const answered = event => sessionStorage.removeItem(place(event));

// crypto.randomUUID is only there in secure contexts, which a service tried out
// under the name of another machine is not.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
