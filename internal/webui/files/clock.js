// What time it is at the service. Deadlines are by its clock; the clock of the
// machine that shows them may be hours off, may be set right while the page is
// open, and stands still while the machine sleeps.

// How far the service's clock is ahead of ours, in ms: somewhere in between.
let least = -Infinity;
let most = Infinity;

/**
 * Learns from when the service answered. Its header Date has whole seconds, so
 * each answer tells a range, and several narrow it down.
 * @param {Response} answer
 * @param {number} sent when it was asked for, by Date.now
 */
export function learn(answer, sent) {
  if (answer.headers.get('Cache-Control') !== 'no-store') return; // it may be an old one
  const date = Date.parse(answer.headers.get('Date') ?? '');
  if (Number.isNaN(date)) return;
  const from = date - Date.now();
  const to = date + 1000 - sent;
  const known = from <= most && to >= least;
  least = known ? Math.max(least, from) : from; // else a clock was set
  most = known ? Math.min(most, to) : to;
}

/**
 * The time at the service, in ms as Date.now has them; rather a moment too late
 * than too early, so that nobody is promised time that there is not.
 */
export const now = () => Date.now() + (most === Infinity ? 0 : most);

/**
 * Seconds that are left until a time of the service.
 * @param {number} deadline in ms
 */
export const secondsUntil = deadline => (deadline - now()) / 1000;

const listeners = new Set();
let timer = 0;
let drift = 0;

/**
 * Has told called about each second until what is returned is called; jumped is
 * true where our clock was set or the machine slept since the last time.
 * @param {(jumped: boolean) => void} told
 */
export function everySecond(told) {
  listeners.add(told);
  if (listeners.size === 1) {
    drift = Date.now() - performance.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(told);
    if (listeners.size === 0) clearInterval(timer);
  };
}

function tick() {
  const jump = Math.abs(Date.now() - performance.now() - drift) > 1500;
  drift = Date.now() - performance.now();
  if (jump) [least, most] = [-Infinity, Infinity];
  for (const told of [...listeners]) told(jump);
}
