// Which page an address shows, and how to get from one to the next without
// loading everything again.

/**
 * @typedef {{pattern: RegExp, load: () => Promise<{default: Function}>, nav: 'events'|'orders'|'organizer'}} Route
 */

/** The pages by path; what stands in brackets is given to the page as id. @type {Route[]} */
export const routes = [
  {pattern: /^\/$/, nav: 'events', load: () => import('./pages/events.js')},
  {pattern: /^\/events\/([^/]+)$/, nav: 'events', load: () => import('./pages/event.js')},
  {pattern: /^\/orders$/, nav: 'orders', load: () => import('./pages/orders.js')},
  {pattern: /^\/orders\/([^/]+)$/, nav: 'orders', load: () => import('./pages/order.js')},
  {pattern: /^\/organizer$/, nav: 'organizer', load: () => import('./organizer/events.js')},
  {pattern: /^\/organizer\/new$/, nav: 'organizer', load: () => import('./organizer/new.js')},
  {pattern: /^\/organizer\/events\/([^/]+)$/, nav: 'organizer', load: () => import('./organizer/event.js')},
];

/** @param {string} path */
export function match(path) {
  for (const route of routes) {
    const found = route.pattern.exec(path);
    if (found) return {route, id: found[1] === undefined ? '' : decodeURIComponent(found[1])};
  }
  return null;
}

const listeners = new Set();

/** @param {() => void} told */
export function onNavigate(told) {
  listeners.add(told);
  return () => { listeners.delete(told); };
}

/**
 * Goes to a page of ours.
 * @param {string} path
 * @param {{replace?: boolean}} [how] replace: the way back skips where we are
 */
export function go(path, {replace = false} = {}) {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  for (const told of listeners) told();
}

addEventListener('popstate', () => { for (const told of listeners) told(); });

// Links to our pages are followed here; to other places, and to new tabs, by
// the browser.
document.addEventListener('click', e => {
  const link = e.target instanceof Element ? e.target.closest('a') : null;
  if (!link || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute('download') || !match(link.pathname)) return;
  if (link.hash && link.pathname === location.pathname) return;
  e.preventDefault();
  go(link.pathname + link.search);
});
