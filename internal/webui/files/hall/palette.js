// The colours of the picture: those of the style sheet, as they are now, and
// the plan's own, which may be anything, made to be seen on them.

/** @typedef {[number, number, number]} Rgb */

const names = /** @type {const} */ (['ground', 'raised', 'line', 'edge', 'quiet', 'text', 'accent', 'on-accent', 'warn']);

/**
 * @typedef {{fill: string, ring: string, ink: string, tint: (share: number) => string}} CategoryColours
 *   ring is seen on the ground at 3 to 1 at least, ink is for writing on fill, tint is the ground with so much of it
 * @typedef {Record<typeof names[number], string> & {dark: boolean, categories: CategoryColours[],
 *   area(color: string): string, areaInk(color: string, wanted: string): string, areaEdge(color: string): string}} Palette
 */

const scheme = matchMedia('(prefers-color-scheme: dark)');
const contrastMode = matchMedia('(forced-colors: active)');

/**
 * Has told called when the colours change; returns what ends that.
 * @param {() => void} told
 */
export function onColours(told) {
  scheme.addEventListener('change', told);
  contrastMode.addEventListener('change', told);
  return () => {
    scheme.removeEventListener('change', told);
    contrastMode.removeEventListener('change', told);
  };
}

/**
 * The colours in effect inside an element.
 * @param {Element} element
 * @param {{color: string}[]} categories
 * @returns {Palette}
 */
export function readPalette(element, categories) {
  const probe = document.createElement('span');
  element.append(probe);
  /** @type {Record<string, string>} */
  const css = {};
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    css[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  const ground = parse(css.ground, [255, 255, 255]);
  const text = parse(css.text, [0, 0, 0]);
  const dark = luminance(ground) < luminance(text);
  const most = dark ? 0.34 : 0.42; // so much of any colour leaves text on it readable
  const muted = (/** @type {string} */ color) => {
    const own = parse(color, parse(css.raised, ground));
    return dark ? mix(ground, own, luminance(own) > 0.2 ? 0.2 : 1) : own;
  };
  return /** @type {Palette} */ (Object.assign(css, {
    dark,
    categories: categories.map(({color}) => {
      const own = parse(color, parse(css.edge, text));
      return {
        fill: show(own), ring: show(seen(own, ground, text)), ink: show(inkOn(own)),
        tint: (/** @type {number} */ share) => show(mix(parse(css.raised, ground), own, share * most)),
      };
    }),
    area: (/** @type {string} */ color) => show(muted(color)),
    areaEdge: (/** @type {string} */ color) => color && !dark ? show(parse(color, ground)) : css.edge,
    areaInk: (/** @type {string} */ color, /** @type {string} */ wanted) => {
      const on = muted(color);
      const own = parse(wanted, inkOn(on));
      return show(contrast(own, on) >= 4.5 ? own : inkOn(on));
    },
  }));
}

const scratch = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d', {willReadFrequently: true}));

/** @type {Map<string, Rgb|null>} */
const parsed = new Map();

/**
 * Any colour that CSS knows; where it is none, other.
 * @param {string} color
 * @param {Rgb} other
 */
function parse(color, other) {
  let found = parsed.get(color);
  if (found === undefined) {
    found = color && CSS.supports('color', color) ? painted(color) : null;
    parsed.set(color, found);
  }
  return found ?? other;
}

/**
 * @param {string} color
 * @returns {Rgb|null}
 */
function painted(color) {
  scratch.clearRect(0, 0, 1, 1);
  scratch.fillStyle = color;
  scratch.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = scratch.getImageData(0, 0, 1, 1).data;
  return a === 0 ? null : [r, g, b];
}

/** @param {Rgb} c */
const show = ([r, g, b]) => `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;

/**
 * @param {Rgb} a
 * @param {Rgb} b
 * @param {number} share of b
 * @returns {Rgb}
 */
const mix = (a, b, share) => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];

/** @param {Rgb} c relative luminance as WCAG has it */
function luminance(c) {
  const [r, g, b] = c.map(v => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {Rgb} a
 * @param {Rgb} b
 */
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((p, q) => p - q);
  return (high + 0.05) / (low + 0.05);
}

/**
 * The colour, moved towards the text's until it is seen on the ground.
 * @param {Rgb} own
 * @param {Rgb} ground
 * @param {Rgb} text
 */
function seen(own, ground, text) {
  let c = own;
  for (let share = 0; share <= 1 && contrast(c, ground) < 3; share += 0.05) c = mix(own, text, share);
  return c;
}

/**
 * Black or white, whichever is read better.
 * @param {Rgb} on
 * @returns {Rgb}
 */
const inkOn = on => (contrast(on, [255, 255, 255]) >= contrast(on, [16, 18, 22]) ? [255, 255, 255] : [16, 18, 22]);
