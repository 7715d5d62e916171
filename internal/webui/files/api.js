// Calls of the public API.

import {learn} from './clock.js';
import {offline, problemOf} from './problem.js';
import * as session from './session.js';

/**
 * Makes a call and returns what it answers: a JSON value, or null where there
 * is no body. Throws a Problem.
 *
 * A call that needs an account says so by signedIn; without one it is refused
 * here with 401 unauthenticated. A token that the service no longer takes is
 * renewed once.
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, key?: string, signedIn?: boolean, signal?: AbortSignal}} [options] key is the
 *   Idempotency-Key; a body that is a Blob is JSON already and is sent as it is
 * @returns {Promise<any>}
 */
export async function call(method, path, options = {}) {
  const answer = await request(method, path, options);
  return answer.status === 204 ? null : answer.json();
}

/**
 * As call, and returns the whole answer, for a file to save.
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, key?: string, signedIn?: boolean, signal?: AbortSignal}} [options]
 */
export async function request(method, path, options = {}) {
  let answer = await send(method, path, options, options.signedIn ? await session.token() : '');
  if (answer.status === 401 && options.signedIn) {
    answer = await send(method, path, options, await session.token({renewed: true}));
    if (answer.status === 401) session.forget();
  }
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, key?: string, signal?: AbortSignal}} options
 * @param {string} token
 */
async function send(method, path, {body, key, signal}, token) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers['Idempotency-Key'] = key;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const sent = Date.now();
  try {
    const answer = await fetch(path, {method, headers, signal, body: body === undefined || body instanceof Blob ? body : JSON.stringify(body)});
    learn(answer, sent);
    return answer;
  } catch (err) {
    if (signal?.aborted) throw err;
    throw offline();
  }
}

/**
 * All items of a list, page after page.
 * @param {string} path with its query, without limit
 * @param {{signedIn?: boolean, signal?: AbortSignal}} [options]
 */
export async function all(path, options) {
  const items = [];
  const join = path.includes('?') ? '&' : '?';
  for (let cursor = ''; ;) {
    const page = await call('GET', `${path}${join}limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, options);
    items.push(...page.items);
    if (!page.next_cursor) return items;
    cursor = page.next_cursor;
  }
}

export const eventPath = (/** @type {string} */ id) => `/v1/events/${encodeURIComponent(id)}`;
export const orderPath = (/** @type {string} */ id) => `/v1/orders/${encodeURIComponent(id)}`;
