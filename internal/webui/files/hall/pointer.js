// What mouse, finger and wheel do to the picture: dragging, pinching, tapping.
// A drag is never a tap.

/**
 * @typedef {{x: number, y: number}} Point in CSS px of the element
 * @typedef {{
 *   start(): void, drag(dx: number, dy: number): void, thrown(vx: number, vy: number): void,
 *   pinch(factor: number, at: Point, dx: number, dy: number): void,
 *   tap(at: Point, touch: boolean, times: number): void, hover(at: Point|null): void,
 *   wheel(factor: number, at: Point, notch: boolean): boolean,
 * }} Gestures thrown is told px per ms; wheel returns whether it did anything; times is 2 for a double tap
 */

const slop = {mouse: 4, other: 9}; // px that a tap may slip
const doubled = {ms: 350, px: 30};
const throwAt = 0.3; // px per ms: slower drags stop where they are let go
const notch = 50; // a wheel that turns by so much at once is one with notches

/**
 * Watches an element; returns what ends that.
 * @param {HTMLElement} element
 * @param {Gestures} on
 */
export function watchPointer(element, on) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  let dragged = false;
  let from = {x: 0, y: 0};
  let last = {x: 0, y: 0, at: -Infinity, times: 0};
  let speed = {x: 0, y: 0, at: 0};
  const ending = new AbortController();
  const {signal} = ending;
  const place = (/** @type {PointerEvent|WheelEvent} */ e) => ({x: e.offsetX, y: e.offsetY});

  element.addEventListener('pointerdown', e => {
    if (e.button !== 0) return;
    element.setPointerCapture(e.pointerId);
    down.set(e.pointerId, place(e));
    from = place(e);
    speed = {x: 0, y: 0, at: e.timeStamp};
    dragged = down.size > 1;
    on.start();
    on.hover(null);
  }, {signal});

  element.addEventListener('pointermove', e => {
    const at = place(e);
    const before = down.get(e.pointerId);
    if (!before) {
      if (e.pointerType === 'mouse') on.hover(at);
      return;
    }
    if (down.size === 1) dragOne(e, at, before);
    else if (down.size === 2) pinch(e, at, before);
  }, {signal});

  /**
   * @param {PointerEvent} e
   * @param {Point} at
   * @param {Point} before
   */
  function dragOne(e, at, before) {
    const slips = e.pointerType === 'mouse' ? slop.mouse : slop.other;
    if (!dragged && Math.hypot(at.x - from.x, at.y - from.y) < slips) return;
    dragged = true;
    down.set(e.pointerId, at);
    on.drag(at.x - before.x, at.y - before.y);
    const ms = Math.max(e.timeStamp - speed.at, 1);
    const share = Math.min(1, ms / 40); // of the newest move, in a mean over some 40 ms
    speed = {
      x: speed.x + ((at.x - before.x) / ms - speed.x) * share, y: speed.y + ((at.y - before.y) / ms - speed.y) * share, at: e.timeStamp,
    };
  }

  /**
   * @param {PointerEvent} e
   * @param {Point} at
   * @param {Point} before
   */
  function pinch(e, at, before) {
    const other = [...down].find(([id]) => id !== e.pointerId)?.[1] ?? at;
    const wide = (/** @type {Point} */ p) => Math.max(Math.hypot(p.x - other.x, p.y - other.y), 10);
    down.set(e.pointerId, at);
    const middle = {x: (at.x + other.x) / 2, y: (at.y + other.y) / 2};
    on.pinch(wide(at) / wide(before), middle, (at.x - before.x) / 2, (at.y - before.y) / 2);
  }

  element.addEventListener('pointerup', e => {
    if (!down.delete(e.pointerId)) return;
    const touch = e.pointerType !== 'mouse';
    if (dragged) {
      const quick = Math.hypot(speed.x, speed.y) > throwAt && e.timeStamp - speed.at < 60;
      if (down.size === 0 && touch && quick) on.thrown(speed.x, speed.y);
      return;
    }
    const at = place(e);
    const again = e.timeStamp - last.at < doubled.ms && Math.hypot(at.x - last.x, at.y - last.y) < doubled.px;
    last = {...at, at: e.timeStamp, times: again ? last.times + 1 : 1};
    on.tap(at, touch, last.times);
  }, {signal});

  element.addEventListener('pointercancel', e => { down.delete(e.pointerId); }, {signal});
  element.addEventListener('pointerleave', () => { if (down.size === 0) on.hover(null); }, {signal});

  element.addEventListener('wheel', e => {
    const unit = e.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : e.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
    const turned = e.deltaY * unit;
    // Pinching on a trackpad comes as a wheel with ctrl, in small steps.
    const delta = Math.min(Math.max(turned * (e.ctrlKey && Math.abs(turned) < notch ? 6 : 1), -240), 240);
    const did = on.wheel(Math.exp(-delta / 420), place(e), Math.abs(turned) >= notch);
    if (did || e.ctrlKey) e.preventDefault();
  }, {signal, passive: false});

  return () => ending.abort();
}
