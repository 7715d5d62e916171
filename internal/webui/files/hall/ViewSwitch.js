// Map or list: everybody has both, and the last one chosen is remembered.

import {t} from '../texts.js';
import {html, useState} from '../ui.js';

/** @typedef {'map'|'list'} View */

const place = 'seathold.view';

/**
 * The view, and what changes it.
 * @returns {[View, (view: View) => void]}
 */
export function useView() {
  const [view, setView] = useState(remembered);
  return [view, chosen => {
    setView(chosen);
    try {
      localStorage.setItem(place, chosen);
    } catch { /* a browser that keeps nothing */ }
  }];
}

/** @returns {View} */
function remembered() {
  try {
    return localStorage.getItem(place) === 'list' ? 'list' : 'map';
  } catch {
    return 'map';
  }
}

/** @param {{view: View, onView(view: View): void}} props */
export function ViewSwitch({view, onView}) {
  const option = (/** @type {View} */ name) =>
    html`<button type="button" aria-pressed=${view === name} onClick=${() => onView(name)}>${t.list[name]}</button>`;
  return html`<div class="views" role="group" aria-label=${t.list.view}>${option('map')}${option('list')}</div>`;
}
