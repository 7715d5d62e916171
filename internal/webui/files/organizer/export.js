// The event's orders as a file.

import {eventPath, request} from '../api.js';
import {Problem} from '../problem.js';
import {t} from '../texts.js';
import {html, useState} from '../ui.js';

const words = t.organizer.orders;

/**
 * @param {{event: import('./status.js').Event, query: URLSearchParams, label: string}} props query is the search whose orders are saved
 */
export function Export({event, query, label}) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');

  async function save() {
    setBusy(true);
    setFailed('');
    try {
      const answer = await request('GET', `${eventPath(event.id)}/orders.csv?${query}`, {signedIn: true});
      download(await answer.blob(), `${fileName(words.fileName(event.name))}.csv`);
    } catch (err) {
      setFailed(err instanceof Problem ? err.message : words.exportBroke); // a body that breaks off is no Problem
    }
    setBusy(false);
  }

  return html`
    <div class="export">
      <button disabled=${busy} onClick=${save}>${busy ? words.exporting : label}</button>
      <div role="alert">${failed && html`<p class="notice bad">${failed}</p>`}</div>
    </div>`;
}

/**
 * Has the browser save a file. The call needs a token, so a plain link will not do.
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href)); // the download has begun by then
}

/** What no file's name may have somewhere is left out. @param {string} name */
const fileName = name => name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '-').replace(/^[-. ]+|[-. ]+$/g, '').slice(0, 120);
