// The hall in tiles that are painted once and then only copied, so that moving
// costs the same however many seats there are. While it is zoomed the tiles
// there are get stretched; when it rests they are painted anew, sharp.

/**
 * @typedef {import('./box.js').Box} Box
 * @typedef {{scale: number, x: number, y: number}} View
 * @typedef {{canvas: HTMLCanvasElement, ctx: CanvasRenderingContext2D, stale: boolean}} Tile
 * @typedef {{scale: number, tiles: Map<string, Tile>}} Level the tiles of one scale, by "column,line"
 * @typedef {(ctx: CanvasRenderingContext2D, view: View, rect: Box) => void} Paint
 */

const size = 512; // device px

export class Tiles {
  /** @param {Paint} paint */
  constructor(paint) {
    this.paint = paint;
    /** @type {Level} */
    this.level = {scale: 0, tiles: new Map()};
    /** Shown where the level has no tile yet. @type {Level|null} */
    this.last = null;
    /** @type {Tile[]} */
    this.spare = [];
  }

  /**
   * Draws what there is, painting at most so many tiles first. Returns whether
   * more are to be painted.
   * @param {CanvasRenderingContext2D} ctx
   * @param {View} view in device px
   * @param {{w: number, h: number}} room
   * @param {number} paints
   * @param {boolean} still nothing moves: make it sharp
   */
  draw(ctx, view, room, paints, still) {
    const stretch = view.scale / this.level.scale;
    if (stretch !== 1 && (still || stretch > 2.2 || stretch < 0.45)) this.start(view.scale);
    const {level} = this;
    const wanted = seen(level, view, room);
    let left = paints;
    for (const key of wanted) {
      const tile = level.tiles.get(key);
      if ((tile && !tile.stale) || left === 0) continue;
      this.paintTile(level, key);
      left--;
    }
    const missing = wanted.some(key => !level.tiles.has(key));
    if (missing && this.last) for (const key of seen(this.last, view, room)) copy(ctx, this.last, key, view);
    for (const key of wanted) copy(ctx, level, key, view);
    if (!missing && this.last) this.drop(this.last);
    this.trim(wanted);
    return missing || wanted.some(key => level.tiles.get(key)?.stale) || (still && this.prefetch(view, room, left));
  }

  /**
   * Whether all that is seen has been painted, at whatever scale.
   * @param {View} view
   * @param {{w: number, h: number}} room
   */
  covers(view, room) {
    return [this.level, this.last].some(level => level && level.tiles.size > 0 && seen(level, view, room).every(key => level.tiles.has(key)));
  }

  /**
   * Paints a tile just outside the picture, where it may be moved next. Returns
   * whether there was one.
   * @param {View} view
   * @param {{w: number, h: number}} room
   * @param {number} left
   */
  prefetch(view, room, left) {
    const around = size / 2;
    const next = seen(this.level, {...view, x: view.x + around, y: view.y + around}, {w: room.w + size, h: room.h + size})
      .find(key => !this.level.tiles.has(key));
    if (next && left > 0) this.paintTile(this.level, next);
    return next !== undefined;
  }

  /** @param {number} scale */
  start(scale) {
    if (this.last && this.level.tiles.size < 4) this.drop(this.level); // hardly begun: the one before shows more
    else {
      if (this.last) this.drop(this.last);
      this.last = this.level;
    }
    this.level = {scale, tiles: new Map()};
  }

  /** @param {Level} level */
  drop(level) {
    this.spare.push(...level.tiles.values());
    level.tiles.clear();
    if (level === this.last) this.last = null;
  }

  /**
   * Forgets tiles that have not been seen for longest.
   * @param {string[]} wanted
   */
  trim(wanted) {
    const {tiles} = this.level;
    const most = 2 * wanted.length + 12;
    for (const [key, tile] of tiles) {
      if (tiles.size <= most) break;
      if (wanted.includes(key)) continue;
      tiles.delete(key);
      this.spare.push(tile);
    }
    this.spare.length = Math.min(this.spare.length, most);
  }

  /**
   * @param {Level} level
   * @param {string} key
   */
  paintTile(level, key) {
    const [column, line] = key.split(',').map(Number);
    const tile = level.tiles.get(key) ?? this.spare.pop() ?? newTile();
    tile.stale = false;
    level.tiles.delete(key);
    level.tiles.set(key, tile);
    this.paint(tile.ctx, {scale: level.scale, x: -column * size, y: -line * size}, {x: 0, y: 0, w: size, h: size});
  }

  /**
   * Paints a place of the plan again, in all tiles that show it, at once.
   * @param {Box} box
   */
  repaint(box) {
    for (const level of [this.level, this.last]) {
      if (!level) continue;
      const {scale, tiles} = level;
      for (const key of keysOf(box.x * scale, box.y * scale, (box.x + box.w) * scale, (box.y + box.h) * scale)) {
        const tile = tiles.get(key);
        if (!tile || tile.stale) continue;
        const [column, line] = key.split(',').map(Number);
        const view = {scale, x: -column * size, y: -line * size};
        const x = Math.max(0, Math.floor(box.x * scale + view.x));
        const y = Math.max(0, Math.floor(box.y * scale + view.y));
        const right = Math.min(size, Math.ceil((box.x + box.w) * scale + view.x));
        const bottom = Math.min(size, Math.ceil((box.y + box.h) * scale + view.y));
        if (right > x && bottom > y) this.paint(tile.ctx, view, {x, y, w: right - x, h: bottom - y});
      }
    }
  }

  /** All tiles are out of date; they are shown until they are painted again. */
  spoil() {
    for (const tile of this.level.tiles.values()) tile.stale = true;
    if (this.last) this.drop(this.last);
  }

  /** Nothing of it is of use any more. */
  clear() {
    this.drop(this.level);
    if (this.last) this.drop(this.last);
  }
}

/** @returns {Tile} */
function newTile() {
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  return {canvas, ctx: /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', {alpha: false})), stale: false};
}

/**
 * The tiles of a level that are seen, from the middle out.
 * @param {Level} level
 * @param {View} view
 * @param {{w: number, h: number}} room
 */
function seen(level, view, room) {
  const stretch = view.scale / level.scale;
  if (!Number.isFinite(stretch)) return [];
  const keys = keysOf(-view.x / stretch, -view.y / stretch, (room.w - view.x) / stretch, (room.h - view.y) / stretch);
  const x = (room.w / 2 - view.x) / stretch / size - 0.5;
  const y = (room.h / 2 - view.y) / stretch / size - 0.5;
  const far = (/** @type {string} */ key) => {
    const [column, line] = key.split(',').map(Number);
    return Math.hypot(column - x, line - y);
  };
  return keys.sort((a, b) => far(a) - far(b));
}

/**
 * @param {number} left
 * @param {number} top
 * @param {number} right
 * @param {number} bottom
 */
function keysOf(left, top, right, bottom) {
  const keys = [];
  for (let line = Math.floor(top / size); line * size < bottom; line++) {
    for (let column = Math.floor(left / size); column * size < right; column++) keys.push(`${column},${line}`);
  }
  return keys;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Level} level
 * @param {string} key
 * @param {View} view
 */
function copy(ctx, level, key, view) {
  const tile = level.tiles.get(key);
  if (!tile) return;
  level.tiles.delete(key); // to the end of the order: seen last
  level.tiles.set(key, tile);
  const [column, line] = key.split(',').map(Number);
  const stretch = view.scale / level.scale * size;
  const x = Math.round(view.x + column * stretch);
  const y = Math.round(view.y + line * stretch);
  if (stretch === size) ctx.drawImage(tile.canvas, x, y);
  else ctx.drawImage(tile.canvas, x, y, Math.round(view.x + (column + 1) * stretch) - x, Math.round(view.y + (line + 1) * stretch) - y);
}
