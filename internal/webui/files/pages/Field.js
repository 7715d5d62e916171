import {t} from '../texts.js';
import {html, useState} from '../ui.js';

/**
 * A field of a form with its label, a hint, and what is wrong with it. The first
 * of a dialog has the focus at its opening.
 * @param {{
 *   name: string, label: string, type: 'text'|'email'|'password', autocomplete: string, value: string,
 *   onValue(value: string): void, wrong?: string, hint?: string, first?: boolean, children?: unknown,
 * }} props
 */
export function Field({name, label, type, autocomplete, value, onValue, wrong, hint, first, children}) {
  const [shown, setShown] = useState(false);
  const id = `field-${name}`;
  const about = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(' ');
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      ${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}
      <div class="field-row">
        <input id=${id} name=${name} type=${shown ? 'text' : type} autocomplete=${autocomplete} required autofocus=${first} value=${value}
          autocapitalize=${type === 'text' ? 'words' : 'none'} spellcheck=${false} aria-invalid=${wrong ? 'true' : undefined}
          aria-describedby=${about || undefined} onInput=${(/** @type {InputEvent} */ e) => onValue(/** @type {HTMLInputElement} */ (e.target).value)} />
        ${type === 'password' && html`
          <button type="button" class="plain" aria-label=${shown ? t.account.hidePassword : t.account.showPassword} onClick=${() => setShown(!shown)}>
            ${shown ? t.account.hide : t.account.show}
          </button>`}
      </div>
      ${wrong && html`<p class="field-error" id=${`${id}-wrong`}>${wrong} ${children}</p>`}
    </div>`;
}
