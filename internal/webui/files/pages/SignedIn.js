import {account, onChange} from '../session.js';
import {t} from '../texts.js';
import {Fragment, html, useEffect, useState} from '../ui.js';
import {askToSignIn} from './signin.js';

/**
 * What only somebody who is signed in sees; everybody else is asked to sign in,
 * in place. Another account begins anew.
 * @param {{reason: string, children?: unknown}} props
 */
export function SignedIn({reason, children}) {
  const [, redraw] = useState({});
  useEffect(() => onChange(() => redraw({})), []);
  const who = account();
  useEffect(() => { if (!who) askToSignIn(reason); }, [who?.id]);
  if (who) return html`<${Fragment} key=${who.id}>${children}<//>`;
  return html`
    <div class="card">
      <p>${reason}</p>
      <button class="primary" onClick=${() => askToSignIn(reason)}>${t.app.signIn}</button>
    </div>`;
}
