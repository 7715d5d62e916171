// Who asks somebody to sign in, and the dialog that answers.

import {account, onChange} from '../session.js';

/** @typedef {{reason: string, done: Promise<boolean>, end(signedIn: boolean): void}} Asked */

/** @type {Asked|null} */
let asked = null;
const listeners = new Set();

/** What is being asked, or null. */
export const asking = () => asked;

/**
 * Has told called when the dialog is to open or to close; returns what ends that.
 * @param {() => void} told
 */
export function onAsk(told) {
  listeners.add(told);
  return () => { listeners.delete(told); };
}

/**
 * Opens the dialog, in place. Resolves to whether somebody is signed in at its
 * end.
 * @param {string} [reason] why, for the customer
 * @returns {Promise<boolean>}
 */
export function askToSignIn(reason = '') {
  if (account()) return Promise.resolve(true);
  if (asked) return asked.done;
  const {promise, resolve} = Promise.withResolvers();
  asked = {reason, done: promise, end: resolve};
  for (const told of listeners) told();
  return promise;
}

/** The dialog was closed, or is no longer needed. */
export function endAsking() {
  const was = asked;
  asked = null;
  was?.end(account() !== null);
  for (const told of listeners) told();
}

onChange(() => { if (account() && asked) endAsking(); }); // here, or in another tab
