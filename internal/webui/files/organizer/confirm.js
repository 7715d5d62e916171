// Asking before something that cannot be taken back.

import {t} from '../texts.js';
import {html, useEffect, useRef, useState} from '../ui.js';

/**
 * A dialog that asks, does, and shows what went wrong with that. It closes by
 * itself once do has succeeded.
 * @param {{
 *   title: string, action: string, keep?: string, danger?: boolean,
 *   act(): Promise<unknown>, onClose(): void, children?: unknown,
 * }} props action is what the button says that does it
 */
export function Confirm({title, action, keep = t.app.cancel, danger = false, act, onClose, children}) {
  const dialog = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  useEffect(() => {
    const back = around(document.activeElement);
    dialog.current?.showModal();
    return () => focusFirst(back);
  }, []);

  async function go() {
    setBusy(true);
    setFailed('');
    try {
      await act();
      onClose();
    } catch (err) {
      setFailed(/** @type {Error} */ (err).message);
      setBusy(false);
    }
  }

  return html`
    <dialog ref=${dialog} class="ask" aria-labelledby="confirm-title" onClose=${onClose} onCancel=${(/** @type {Event} */ e) => { if (busy) e.preventDefault(); }}>
      <h2 id="confirm-title">${title}</h2>
      ${children}
      ${failed && html`<p class="notice bad" role="alert">${failed}</p>`}
      <div class="actions">
        <button class=${danger ? 'danger' : 'primary'} disabled=${busy} onClick=${go}>${busy ? t.organizer.orders.working : action}</button>
        <button disabled=${busy} onClick=${() => dialog.current?.close()}>${keep}</button>
      </div>
    </dialog>`;
}

/**
 * An element and what it stands in: what was pressed may be gone afterwards.
 * @param {Element|null} element
 */
function around(element) {
  const chain = [];
  for (let e = element; e instanceof HTMLElement; e = e.parentElement) chain.push(e);
  return chain;
}

/** @param {HTMLElement[]} chain */
function focusFirst(chain) {
  const left = chain.find((e, k) => e.isConnected && (k === 0 || e.matches('li, section, [role=tabpanel], main')));
  if (!left) return;
  if (left !== chain[0]) left.tabIndex = -1;
  left.focus({preventScroll: left !== chain[0]});
}
