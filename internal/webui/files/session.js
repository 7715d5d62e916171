// Who is signed in. The tokens outlive a reload and are shared by all tabs; one
// tab at a time renews them, since a refresh token is good once.

import {offline, Problem, problemOf} from './problem.js';
import {t} from './texts.js';

/**
 * @typedef {{id: string, email: string, name: string, role: 'customer'|'organizer'|'operator'}} Account
 * @typedef {{access: string, until: number, refresh: string, account: Account}} Session until is in ms of Date.now
 */

const place = 'seathold.session';
const soon = 30_000; // a token that ends within these ms is renewed first

/** @type {Session|null} */
let current = read();
const listeners = new Set();

function read() {
  try {
    return JSON.parse(localStorage.getItem(place) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {Session|null} session */
function keep(session) {
  current = session;
  if (session) localStorage.setItem(place, JSON.stringify(session));
  else localStorage.removeItem(place);
  for (const told of listeners) told();
}

addEventListener('storage', e => { // another tab signed in, out, or renewed
  if (e.key !== place && e.key !== null) return;
  current = read();
  for (const told of listeners) told();
});

/** The account that is signed in, or null. */
export const account = () => current?.account ?? null;

/**
 * Has told called when somebody signs in or out; returns what ends that.
 * @param {() => void} told
 */
export function onChange(told) {
  listeners.add(told);
  return () => { listeners.delete(told); };
}

/** Forgets the session here; the service is not asked. */
export const forget = () => keep(null);

/**
 * Throws a Problem: invalid_credentials, rate_limited, unavailable.
 * @param {string} email
 * @param {string} password
 */
export async function signIn(email, password) {
  const tokens = await ask('/v1/auth/login', {email, password});
  const answer = await fetch('/v1/me', {headers: {Authorization: `Bearer ${tokens.access_token}`}}).catch(() => { throw offline(); });
  if (!answer.ok) throw await problemOf(answer);
  keep(sessionOf(tokens, await answer.json()));
}

/**
 * Makes an account and signs it in. Throws a Problem: email_taken,
 * invalid_email, weak_password, and those of signIn.
 * @param {string} name
 * @param {string} email
 * @param {string} password
 */
export async function register(name, email, password) {
  await ask('/v1/auth/register', {name, email, password});
  await signIn(email, password);
}

/** Ends the session at the service too; without a connection only here. */
export async function signOut() {
  const refresh = current?.refresh;
  keep(null);
  if (refresh) await ask('/v1/auth/logout', {refresh_token: refresh}).catch(() => {});
}

/**
 * An access token that is good for a while. Throws a Problem: unauthenticated
 * where nobody is signed in, or no longer.
 * @param {{renewed?: boolean}} [how] renewed: the one that there was is refused
 */
export async function token({renewed = false} = {}) {
  const refused = renewed ? current?.access : undefined;
  if (!good(refused)) {
    await oneTab(async () => {
      current = read(); // another tab may have been first
      if (current && !good(refused)) await renew(current);
    });
  }
  if (!current) throw new Problem({status: 401, code: 'unauthenticated', detail: t.errors.signedOut});
  return current.access;
}

// Without https browsers have no locks between tabs. Two tabs that renew at the
// same moment are given the same successor by the service.
const oneTab = (/** @type {() => Promise<void>} */ work) => navigator.locks ? navigator.locks.request(place, work) : work();

/** @param {string} [refused] */
const good = refused => current !== null && current.access !== refused && current.until - Date.now() > soon;

/** @param {Session} old */
async function renew(old) {
  try {
    keep(sessionOf(await ask('/v1/auth/refresh', {refresh_token: old.refresh}), old.account));
  } catch (err) {
    if (!(err instanceof Problem) || err.status !== 401) throw err;
    keep(null);
  }
}

/**
 * @param {{access_token: string, expires_in: number, refresh_token: string}} tokens
 * @param {Account} account
 * @returns {Session}
 */
const sessionOf = (tokens, account) => ({
  access: tokens.access_token, until: Date.now() + tokens.expires_in * 1000, refresh: tokens.refresh_token, account,
});

/**
 * @param {string} path
 * @param {unknown} body
 */
async function ask(path, body) {
  const answer = await fetch(path, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
  }).catch(() => { throw offline(); });
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? null : answer.json();
}
