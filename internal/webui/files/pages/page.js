// What all pages do: have a title, load something, say what went wrong.

import {Problem} from '../problem.js';
import {t} from '../texts.js';
import {html, useEffect, useRef, useState} from '../ui.js';

/**
 * The browser's title while the page is open.
 * @param {string} [text] nothing as long as it is not known
 */
export function useTitle(text) {
  useEffect(() => { document.title = text ? `${text} · ${t.app.name}` : t.app.name; }, [text]);
}

/**
 * Loads something, and again when deps change or again is called; what there
 * was stays until then.
 * @template T
 * @param {() => Promise<T>} load throws a Problem
 * @param {unknown[]} deps
 * @returns {{value?: T, problem?: Problem, again(): void}}
 */
export function useLoaded(load, deps) {
  const [state, setState] = useState(/** @type {{value?: T, problem?: Problem}} */ ({}));
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    load().then(value => wanted && setState({value}), problem => {
      if (!(problem instanceof Problem)) throw problem;
      if (wanted) setState({problem});
    });
    return () => { wanted = false; };
  }, [...deps, round]);
  return {...state, again: () => setRound(n => n + 1)};
}

/**
 * What could not be loaded, and the way to try again; it is tried by itself
 * when the connection comes back or the service said when.
 * @param {{problem: Problem, again(): void, missing?: string}} props missing: what a 404 is called
 */
export function Failed({problem, again, missing}) {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    if (problem.status === 404) return undefined;
    const retry = () => latest.current();
    const timer = setTimeout(retry, Math.max(problem.retryAfter, 5) * 1000);
    addEventListener('online', retry);
    return () => {
      clearTimeout(timer);
      removeEventListener('online', retry);
    };
  }, [problem]);
  if (problem.status === 404) {
    return html`<h1>${missing ?? t.app.notFound}</h1><p><a class="button" href="/">${t.app.toEvents}</a></p>`;
  }
  return html`
    <div class="notice bad" role="alert">
      <p>${problem.detail}</p>
      <button onClick=${again}>${t.app.tryAgain}</button>
    </div>`;
}
