// Signing in and up, in place: a dialog over whatever page is open.

import {t} from '../texts.js';
import {html, useEffect, useRef, useState} from '../ui.js';
import {SignInForm, SignUpForm} from './accountforms.js';
import {asking, endAsking, onAsk} from './signin.js';

export {askToSignIn} from './signin.js';

/** The dialog; it is always there and mostly closed. */
export function AccountDialog() {
  const [, redraw] = useState({});
  useEffect(() => onAsk(() => redraw({})), []);
  const dialog = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const asked = asking();
  useEffect(() => {
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  return html`
    <dialog class="account" ref=${dialog} aria-labelledby="account-title" onClose=${() => asking() && endAsking()}>
      ${asked && html`<${Content} reason=${asked.reason} />`}
    </dialog>`;
}

/** @typedef {'in'|'up'} Way */

/** @param {{reason: string}} props */
function Content({reason}) {
  const [way, setWay] = useState(/** @type {Way} */ ('in'));
  const [email, setEmail] = useState('');
  const Form = way === 'in' ? SignInForm : SignUpForm;
  return html`
    <div class="dialog-head">
      <h2 id="account-title">${t.account.title}</h2>
      <button type="button" class="plain" aria-label=${t.app.close} onClick=${endAsking}><span aria-hidden="true">✕</span></button>
    </div>
    ${reason && html`<p>${reason}</p>`}
    <${Tabs} way=${way} onWay=${setWay} />
    <div role="tabpanel" id="account-panel" aria-labelledby=${`tab-${way}`}>
      <${Form} key=${way} email=${email} onEmail=${setEmail} onOther=${() => setWay(way === 'in' ? 'up' : 'in')} />
    </div>`;
}

/** @param {{way: Way, onWay(way: Way): void}} props */
function Tabs({way, onWay}) {
  /** @type {Way[]} */
  const ways = ['in', 'up'];
  const turn = (/** @type {KeyboardEvent} */ e) => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
    const next = way === 'in' ? 'up' : 'in';
    onWay(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${t.account.ways} onKeyDown=${turn}>
      ${ways.map(w => html`
        <button type="button" role="tab" key=${w} id=${`tab-${w}`} aria-selected=${w === way} aria-controls="account-panel"
          tabindex=${w === way ? 0 : -1} onClick=${() => onWay(w)}>
          ${w === 'in' ? t.account.signIn : t.account.signUp}
        </button>`)}
    </div>`;
}
