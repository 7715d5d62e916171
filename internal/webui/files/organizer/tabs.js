// Parts of a page of which one is shown, kept in the address (?tab=).

import {html, useRef, useState} from '../ui.js';

/**
 * The tab that is shown, and what shows another.
 * @template {string} T
 * @param {T[]} names the first is shown where the address names none
 * @returns {[T, (name: T) => void]}
 */
export function useTab(names) {
  const asked = /** @type {T} */ (new URLSearchParams(location.search).get('tab'));
  const [tab, setTab] = useState(names.includes(asked) ? asked : names[0]);
  return [tab, name => {
    const query = name === names[0] ? '' : `?tab=${name}`;
    history.replaceState(null, '', location.pathname + query);
    setTab(name);
  }];
}

/**
 * @param {{label: string, names: string[], texts: Record<string, string>, shown: string, onShow(name: string): void, children?: unknown}} props
 */
export function Tabs({label, names, texts, shown, onShow, children}) {
  const list = useRef(/** @type {HTMLElement|null} */ (null));

  /** @param {KeyboardEvent} e */
  function move(e) {
    const to = {ArrowRight: 1, ArrowLeft: -1, Home: -names.length, End: names.length}[e.key];
    if (!to) return;
    e.preventDefault();
    const at = names.indexOf(shown);
    const next = Math.abs(to) === 1 ? (at + to + names.length) % names.length : Math.min(names.length - 1, Math.max(0, at + to));
    onShow(names[next]);
    /** @type {HTMLElement|undefined} */ (list.current?.children[next])?.focus();
  }

  return html`
    <div class="parts" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
      ${names.map(name => html`
        <button key=${name} type="button" role="tab" id=${`tab-${name}`} aria-selected=${name === shown ? 'true' : 'false'}
          aria-controls=${name === shown ? `panel-${name}` : undefined} tabindex=${name === shown ? 0 : -1} onClick=${() => onShow(name)}>${texts[name]}</button>`)}
    </div>
    <div role="tabpanel" id=${`panel-${shown}`} aria-labelledby=${`tab-${shown}`} key=${shown}>${children}</div>`;
}
