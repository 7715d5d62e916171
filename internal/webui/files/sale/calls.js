// What is being done with the service for one customer: one thing at a time,
// repeated by itself where that helps.

import {Problem} from '../problem.js';
import {untilAnswered} from './repeat.js';

export class Calls {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** What is going on, '' for nothing. */
    this.busy = '';
    /** Why a call waited last to be made again, and until when by Date.now. @type {{problem: Problem, until: number}|null} */
    this.waiting = null;
    this.stopping = new AbortController();
    this.closed = false;
  }

  /**
   * Does something, unless something else is going on. Returns the refusal, or
   * null where there was none, or the customer stopped it.
   * @param {string} what
   * @param {(make: <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>) => Promise<void>} act makes its calls by
   *   make, which repeats them
   * @returns {Promise<Problem|null>}
   */
  async during(what, act) {
    if (this.busy || this.closed) return null;
    this.busy = what;
    this.stopping = new AbortController();
    const {signal} = this.stopping;
    this.changed();
    try {
      await act(call => untilAnswered(() => call(signal), {signal, waiting: (problem, until) => this.waits(problem, until)}));
      return null;
    } catch (err) {
      if (signal.aborted) return null;
      if (err instanceof Problem) return err;
      throw err;
    } finally {
      this.idle();
    }
  }

  /**
   * @param {Problem} problem
   * @param {number} until
   */
  waits(problem, until) {
    this.waiting = {problem, until};
    this.changed();
  }

  idle() {
    this.busy = '';
    this.waiting = null;
    this.changed();
  }

  /** Gives up what is going on. */
  stop() {
    this.stopping.abort();
  }

  close() {
    this.closed = true;
    this.stop();
  }
}
