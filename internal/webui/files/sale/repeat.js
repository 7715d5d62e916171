// Calls that are made again by themselves: where no answer came, and where the
// service says that it cannot at the moment.

import {Problem} from '../problem.js';

const mostTries = 8;
const longestWait = 15; // seconds that somebody watches a page try again

/**
 * Makes a call until it is answered or refused for good; the call must be one
 * that may be repeated. Throws what the last try threw.
 * @template T
 * @param {() => Promise<T>} make
 * @param {{waiting(problem: Problem, until: number): void, signal: AbortSignal}} how waiting is told why it
 *   waits and until when, in ms of Date.now
 * @returns {Promise<T>}
 */
export async function untilAnswered(make, {waiting, signal}) {
  for (let tries = 1; ; tries++) {
    try {
      return await make();
    } catch (err) {
      const seconds = waitAfter(err, tries);
      if (seconds === 0) throw err;
      waiting(/** @type {Problem} */ (err), Date.now() + seconds * 1000);
      await pause(seconds, signal);
      if (signal.aborted) throw err;
    }
  }
}

/**
 * Seconds to wait after a refusal, 0 where waiting does not help.
 * @param {unknown} err
 * @param {number} tries
 */
function waitAfter(err, tries) {
  if (!(err instanceof Problem) || tries >= mostTries) return 0;
  const passing = err.code === 'offline' || err.status >= 502 || err.code === 'rate_limited';
  if (!passing || err.retryAfter > longestWait) return 0;
  const growing = Math.min(2 ** (tries - 1), longestWait);
  return Math.max(err.retryAfter, growing) + Math.random(); // not everybody at the same moment
}

/**
 * Waits; less where the connection comes back, or when it is given up.
 * @param {number} seconds
 * @param {AbortSignal} signal
 */
function pause(seconds, signal) {
  const {promise, resolve} = Promise.withResolvers();
  const timer = setTimeout(resolve, seconds * 1000);
  const soon = () => resolve(undefined);
  addEventListener('online', soon);
  signal.addEventListener('abort', soon);
  return promise.finally(() => {
    clearTimeout(timer);
    removeEventListener('online', soon);
    signal.removeEventListener('abort', soon);
  });
}
