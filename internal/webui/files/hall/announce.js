// What is said aloud to readers of the screen, apart from what they are at:
// milestones, not every change of a seat.

const kept = 10_000; // ms; long enough to be read, gone before it is old
const noticed = 150; // ms after which readers know a region that is new or moved

/** @type {Record<'polite'|'assertive', HTMLElement|undefined>} */
const regions = {polite: undefined, assertive: undefined};

/**
 * Has a text read when the reader comes to rest; urgent: at once, which cuts off
 * what is being read.
 * @param {string} text
 * @param {{urgent?: boolean}} [how]
 */
export function announce(text, {urgent = false} = {}) {
  const {region, known} = regionFor(urgent ? 'assertive' : 'polite');
  const line = document.createElement('p');
  line.textContent = text;
  // A line of its own, so that what is said twice is read twice, and two
  // that come together do not replace one another.
  setTimeout(() => region.append(line), known ? 0 : noticed);
  setTimeout(() => line.remove(), kept);
}

const milestones = [300, 120, 60, 30, 0]; // seconds left

/**
 * What is worth saying of the time that is left, in seconds: 5 minutes, 2, 1, 30
 * seconds, and 0. The milestone that lies between two times, the later one of
 * several (a laptop was asleep); undefined where there is none. before is
 * undefined the first time.
 * @param {number|undefined} before
 * @param {number} left
 */
export function milestone(before, left) {
  if (before === undefined) return undefined;
  return milestones.findLast(m => left <= m && m < before);
}

/**
 * The region of a tone. It moves into the dialog that is open, since a modal
 * dialog silences all that is outside.
 * @param {'polite'|'assertive'} tone
 */
function regionFor(tone) {
  const host = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
  let region = regions[tone];
  const known = region?.parentElement === host;
  if (!region) {
    region = document.createElement('div');
    region.className = 'hidden';
    region.setAttribute('aria-live', tone);
    regions[tone] = region;
  }
  if (!known) {
    region.replaceChildren(); // or what was read is read again
    host.append(region);
  }
  return {region, known};
}

// There from the start: readers pass over the first text of a new region.
regionFor('polite');
regionFor('assertive');
