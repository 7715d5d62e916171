// Who may see the organizer's pages, and what the others are told.

import {askToSignIn} from '../pages/account.js';
import {account} from '../session.js';
import {t} from '../texts.js';
import {html, useEffect} from '../ui.js';

/**
 * Shows what is inside to organizers and operators.
 * @param {{title: string, children?: unknown}} props
 */
export function Gate({title, children}) {
  useTitle(title);
  const who = account();
  if (!who) {
    return html`
      <h1>${title}</h1>
      <p>${t.organizer.signIn}</p>
      <p><button class="primary" onClick=${() => askToSignIn()}>${t.app.signIn}</button></p>`;
  }
  if (who.role === 'customer') {
    return html`
      <h1>${title}</h1>
      <p class="notice">${t.organizer.forOrganizers}</p>
      <p><a class="button" href="/">${t.app.toEvents}</a></p>`;
  }
  return html`<div class="organizer">${children}</div>`;
}

/**
 * Names the page for the browser's tabs and for readers of the screen.
 * @param {string} title
 */
export function useTitle(title) {
  useEffect(() => {
    document.title = `${title} · ${t.app.name}`;
    return () => { document.title = t.app.name; };
  }, [title]);
}
