// How a seat is drawn. Each state has a shape of its own, so that it is told
// apart without colours: free is a plain disc, held half a disc in a ring, sold
// a cross, blocked a bar in a ring, chosen a disc with a dot, mine a disc with a
// check in a second ring.

/**
 * @typedef {'free'|'held'|'sold'|'blocked'|'mine'|'chosen'} Kind
 * @typedef {import('./palette.js').Palette} Palette
 * @typedef {number[]} Circles x, y, r of one circle after another, in px
 * @typedef {CanvasRenderingContext2D} Context
 */

/** In the order in which they are drawn: a later one covers an earlier one. @type {Kind[]} */
export const kinds = ['blocked', 'sold', 'held', 'free', 'chosen', 'mine'];

/** How far a mark reaches, in radii of its seat. */
export const reach = 1.4;

const turn = 2 * Math.PI;
const smallest = 2.4; // px: in smaller circles no shape is seen

/**
 * Draws seats that are in one state, in one category.
 * @param {Context} ctx
 * @param {Kind} kind
 * @param {Circles} circles
 * @param {Palette} palette
 * @param {number} category
 */
export function drawMarks(ctx, kind, circles, palette, category) {
  if (circles.length === 0) return;
  const r = circles[2];
  if (r < smallest) drawDots(ctx, kind, circles, palette, category);
  else pens[kind](ctx, circles, r, palette, category);
}

/** @type {Record<Kind, (ctx: Context, circles: Circles, r: number, palette: Palette, category: number) => void>} */
const pens = {
  free(ctx, circles, r, palette, category) {
    const {fill, ring} = palette.categories[category];
    disc(ctx, circles, 1, fill);
    if (ring !== fill) rim(ctx, circles, 0.9, 0.2 * r, ring);
  },
  held(ctx, circles, r, palette) {
    disc(ctx, circles, 0.9, palette.ground);
    rim(ctx, circles, 0.85, 0.18 * r, palette.quiet);
    each(ctx, circles, (x, y, q) => {
      ctx.moveTo(x + 0.85 * q, y);
      ctx.arc(x, y, 0.85 * q, 0, turn / 2);
    });
    ctx.fillStyle = palette.quiet;
    ctx.fill();
  },
  sold(ctx, circles, r, palette) {
    disc(ctx, circles, 0.9, palette.line);
    each(ctx, circles, (x, y, q) => {
      const d = 0.42 * q;
      line(ctx, x - d, y - d, x + d, y + d);
      line(ctx, x + d, y - d, x - d, y + d);
    });
    stroke(ctx, 0.2 * r, palette.quiet);
  },
  blocked(ctx, circles, r, palette) {
    disc(ctx, circles, 0.9, palette.ground);
    rim(ctx, circles, 0.85, 0.14 * r, palette.quiet);
    each(ctx, circles, (x, y, q) => line(ctx, x - 0.5 * q, y, x + 0.5 * q, y));
    stroke(ctx, 0.3 * r, palette.quiet, 'butt');
  },
  chosen(ctx, circles, r, palette) {
    disc(ctx, circles, 1.08, palette.accent);
    disc(ctx, circles, 0.42, palette['on-accent']);
  },
  mine(ctx, circles, r, palette) {
    disc(ctx, circles, 1.36, palette.ground);
    rim(ctx, circles, 1.24, 0.2 * r, palette.accent);
    disc(ctx, circles, 1, palette.accent);
    each(ctx, circles, (x, y, q) => {
      ctx.moveTo(x - 0.48 * q, y + 0.02 * q);
      ctx.lineTo(x - 0.12 * q, y + 0.4 * q);
      ctx.lineTo(x + 0.5 * q, y - 0.36 * q);
    });
    stroke(ctx, 0.26 * r, palette['on-accent']);
  },
};

/**
 * Seats too small for a shape: one's own are larger, taken ones fainter.
 * @param {Context} ctx
 * @param {Kind} kind
 * @param {Circles} circles
 * @param {Palette} palette
 * @param {number} category
 */
function drawDots(ctx, kind, circles, palette, category) {
  if (kind === 'free') disc(ctx, circles, 1, palette.categories[category].ring);
  else if (kind === 'mine' || kind === 'chosen') disc(ctx, circles, 1.5, palette.accent);
  else disc(ctx, circles, 0.8, palette.line);
}

/**
 * The mark of a seat that somebody else was faster with; swell from 0 to 1.
 * @param {Context} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {Palette} palette
 * @param {number} swell
 */
export function drawConflict(ctx, x, y, r, palette, swell) {
  rim(ctx, [x, y, r * (1.3 + 0.3 * swell)], 1, Math.max(2, 0.22 * r), palette.warn);
  disc(ctx, [x, y, r], 1, palette.warn);
  ctx.beginPath();
  line(ctx, x, y - 0.55 * r, x, y + 0.12 * r);
  stroke(ctx, 0.26 * r, palette.ground);
  disc(ctx, [x, y + 0.52 * r, 0.16 * r], 1, palette.ground);
}

/**
 * @param {Context} ctx
 * @param {Circles} circles
 * @param {(x: number, y: number, r: number) => void} add
 */
function each(ctx, circles, add) {
  ctx.beginPath();
  for (let k = 0; k < circles.length; k += 3) add(circles[k], circles[k + 1], circles[k + 2]);
}

/**
 * @param {Context} ctx
 * @param {Circles} circles
 * @param {number} share of the radius
 * @param {string} colour
 */
function disc(ctx, circles, share, colour) {
  each(ctx, circles, (x, y, r) => {
    ctx.moveTo(x + r * share, y);
    ctx.arc(x, y, r * share, 0, turn);
  });
  ctx.fillStyle = colour;
  ctx.fill();
}

/**
 * @param {Context} ctx
 * @param {Circles} circles
 * @param {number} share of the radius
 * @param {number} width
 * @param {string} colour
 */
function rim(ctx, circles, share, width, colour) {
  each(ctx, circles, (x, y, r) => {
    ctx.moveTo(x + r * share, y);
    ctx.arc(x, y, r * share, 0, turn);
  });
  stroke(ctx, width, colour);
}

/**
 * @param {Context} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} toX
 * @param {number} toY
 */
function line(ctx, x, y, toX, toY) {
  ctx.moveTo(x, y);
  ctx.lineTo(toX, toY);
}

/**
 * @param {Context} ctx
 * @param {number} width
 * @param {string} colour
 * @param {CanvasLineCap} [cap]
 */
function stroke(ctx, width, colour, cap = 'round') {
  ctx.lineCap = cap;
  ctx.lineJoin = 'round';
  ctx.lineWidth = Math.max(width, 0.8);
  ctx.strokeStyle = colour;
  ctx.stroke();
}
