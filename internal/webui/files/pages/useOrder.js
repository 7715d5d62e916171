// An order, asked for again and again until its end is known.

import {call, orderPath} from '../api.js';
import {Problem} from '../problem.js';
import {useCallback, useEffect, useRef, useState} from '../ui.js';

/** @typedef {import('./orderwords.js').Order} Order */

const firstWait = 1000; // ms between two looks; half as long again each time, up to
const longestWait = 10_000;
const refundWait = 30_000; // money that goes back takes its time

/**
 * @param {string} id
 * @returns {{order?: Order, problem?: Problem, again(): void, take(order: Order): void}} take: an answer that was got elsewhere
 */
export function useOrder(id) {
  const [state, setState] = useState(/** @type {{order?: Order, problem?: Problem}} */ ({}));
  const timer = useRef(0);
  const wait = useRef(firstWait);
  const round = useRef(0); // the newest look; an older one's answer is not taken

  const look = useCallback(async () => {
    clearTimeout(timer.current);
    const mine = ++round.current;
    let after = 0;
    try {
      const order = await call('GET', orderPath(id), {signedIn: true});
      if (mine !== round.current) return;
      setState({order});
      after = order.status === 'pending_payment' ? wait.current : order.status === 'refunding' ? refundWait : 0;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (mine !== round.current) return;
      setState(s => ({order: s.order, problem}));
      after = problem.status === 404 || problem.status === 401 ? 0 : Math.max(problem.retryAfter * 1000, wait.current);
    }
    wait.current = Math.min(wait.current * 1.5, longestWait);
    if (after && document.visibilityState === 'visible') timer.current = setTimeout(look, after);
  }, [id]);

  const again = useCallback(() => {
    wait.current = firstWait;
    look();
  }, [look]);

  useEffect(() => {
    again();
    const shown = () => { if (document.visibilityState === 'visible') again(); };
    document.addEventListener('visibilitychange', shown);
    addEventListener('pageshow', shown);
    addEventListener('online', shown);
    return () => {
      round.current++;
      clearTimeout(timer.current);
      document.removeEventListener('visibilitychange', shown);
      removeEventListener('pageshow', shown);
      removeEventListener('online', shown);
    };
  }, [again]);

  const take = useCallback((/** @type {Order} */ order) => {
    round.current++;
    clearTimeout(timer.current);
    setState({order});
  }, []);
  return {...state, again, take};
}
