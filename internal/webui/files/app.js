// The frame of all pages: who is signed in, the ways between pages, and the
// page of the address.

import {account, onChange, signOut} from './session.js';
import {AccountDialog, askToSignIn} from './pages/account.js';
import {match, onNavigate} from './router.js';
import {t} from './texts.js';
import {html, render, useEffect, useRef, useState} from './ui.js';

function App() {
  const [, redraw] = useState({});
  useEffect(() => onChange(() => redraw({})), []);
  useEffect(() => onNavigate(() => redraw({})), []);
  const found = match(location.pathname);
  return html`
    <a class="skip" href="#main">${t.app.skip}</a>
    <${Header} nav=${found?.route.nav} />
    <${Page} key=${location.pathname} found=${found} />
    <${AccountDialog} />`;
}

/** @param {{nav?: string}} props */
function Header({nav}) {
  const who = account();
  const link = (/** @type {string} */ name, /** @type {string} */ path, /** @type {string} */ text) =>
    html`<a href=${path} aria-current=${nav === name ? 'page' : undefined}>${text}</a>`;
  return html`
    <header class="top">
      <a class="brand" href="/">${t.app.name}</a>
      <nav>
        ${link('events', '/', t.app.events)}
        ${who && link('orders', '/orders', t.app.myOrders)}
        ${who && who.role !== 'customer' && link('organizer', '/organizer', t.app.organizer)}
      </nav>
      ${who
        ? html`<span class="who" title=${t.app.signedInAs(who.email)}>${who.name}</span>
            <button class="plain" onClick=${signOut}>${t.app.signOut}</button>`
        : html`<button class="plain" onClick=${() => askToSignIn()}>${t.app.signIn}</button>`}
    </header>`;
}

/**
 * The page of the address, once its script is there.
 * @param {{found: ReturnType<typeof match>}} props
 */
function Page({found}) {
  const [page, setPage] = useState(/** @type {{Draw?: Function, failed?: boolean}} */ ({}));
  const main = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    found?.route.load().then(m => setPage({Draw: m.default}), () => setPage({failed: true}));
    if (firstPage) firstPage = false;
    else main.current?.focus(); // readers of the screen hear that the page is another
  }, []);
  const {Draw, failed} = page;
  return html`
    <main id="main" tabindex="-1" ref=${main}>
      ${Draw ? html`<${Draw} id=${found?.id} />`
        : !found ? html`<${Nothing} />`
        : failed ? html`<p class="notice" role="alert">${t.errors.offline} <button onClick=${() => location.reload()}>${t.app.tryAgain}</button></p>`
        : html`<p class="loading">${t.app.loading}</p>`}
    </main>`;
}

let firstPage = true;

const Nothing = () => html`<h1>${t.app.notFound}</h1><p><a href="/">${t.app.toEvents}</a></p>`;

render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
