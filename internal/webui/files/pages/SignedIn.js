import {account, onChange} from '../session.js';
import {t} from '../texts.js';
import {Fragment, html, useEffect, useState} from '../ui.js';
import {askToSignIn} from './signin.js';

/**
 * What only somebody who is signed in sees; everybody else is asked to sign in,
 * in place. Another account begins anew.
 * @param {{reason: string, heading?: string, children?: unknown}} props heading is shown until then
 */
export function SignedIn({reason, heading, children}) {
  const [, redraw] = useState({});
  useEffect(() => onChange(() => redraw({})), []);
  const who = account();
  useEffect(() => { if (!who) askToSignIn(reason); }, [who?.id]);
  if (who) return html`<${Fragment} key=${who.id}>${children}<//>`;
  return html`
    ${heading && html`<h1>${heading}</h1>`}
    <div class="card">
      <p>${reason}</p>
      <button class="primary" onClick=${() => askToSignIn(reason)}>${t.app.signIn}</button>
    </div>`;
}
