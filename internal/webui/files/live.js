// The live seat map of an event: one character a seat in the order of the plan,
// kept true by the event's stream.

import {eventPath} from './api.js';

const firstWait = 1000; // ms before another try; doubled up to
const longestWait = 15_000;

/**
 * Listens to an event until closed.
 *
 * whole is called with the whole map ('.' free, 'h' held, 's' sold, 'x'
 * blocked), at first and whenever the service starts over; changed with what
 * changed since, as [index, state] pairs; connected with whether the map is
 * being kept true.
 * @param {string} event its id
 * @param {{whole(seats: string): void, changed(changes: [number, string][]): void, connected?(live: boolean): void}} to
 * @returns {{close(): void}}
 */
export function listen(event, to) {
  /** @type {EventSource} */
  let source;
  let wait = firstWait;
  let timer = 0;

  function open() {
    source = new EventSource(`${eventPath(event)}/stream`);
    source.addEventListener('snapshot', e => {
      wait = firstWait;
      to.whole(JSON.parse(e.data).seats);
    });
    source.addEventListener('change', e => to.changed(JSON.parse(e.data).changes));
    source.addEventListener('open', () => to.connected?.(true));
    source.addEventListener('error', () => {
      to.connected?.(false);
      // A lost connection comes back by itself and goes on where it was. One
      // that was refused does not: start over, not all at the same moment.
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(2 * wait, longestWait);
    });
  }

  open();
  return {
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}
