/**
 * The virtual scroll space: pure arithmetic, no DOM.
 *
 * Browsers cap an element's height (about 33 million layout pixels, 16 at a device pixel ratio of 2, fewer in some
 * engines), a million photos are taller. So the scrolling element is only ever `SPACE_MAX` tall and shows a part of
 * the virtual space: what is at `top` in the element is at `base + top` in the virtual space. Scrolling moves `top`
 * alone; `base` moves when the element's edge comes near, on jumps, and when months above the viewport turn out
 * taller or shorter than estimated (then nothing on the screen moves at all).
 */

/** Where the scrolling element stands: `base` is the virtual position of its first pixel, `top` its scrollTop. */
export interface Place {
  base: number;
  top: number;
}

/** Tallest element that every engine scrolls exactly, with room to spare. */
export const SPACE_MAX = 4_000_000;

export function virtualTop(place: Place): number {
  return place.base + place.top;
}

/** Furthest virtual position that can stand at the top of the viewport. */
export function lastTop(total: number, viewport: number): number {
  return Math.max(0, total - viewport);
}

/** Height that the scrolled element must have at this base. */
export function spaceHeight(base: number, total: number, viewport: number, max = SPACE_MAX): number {
  return Math.max(viewport, Math.min(max, total - base));
}

/** The place that shows a virtual position with as much room on both sides as there is. */
export function placeAt(virtual: number, total: number, viewport: number, max = SPACE_MAX): Place {
  const target = Math.min(Math.max(0, virtual), lastTop(total, viewport));
  const base = Math.floor(Math.min(Math.max(0, target - max / 2), Math.max(0, total - max)));
  return { base, top: target - base };
}

/**
 * The place to move to before the element's edge cuts off photos, or null while there is room. Call after each scroll;
 * `idle` also moves away from a base that is merely unusual, which nobody notices while nothing moves.
 */
export function settle(
  place: Place,
  total: number,
  viewport: number,
  idle: boolean,
  max = SPACE_MAX,
): Place | null {
  const virtual = virtualTop(place);
  const outside = virtual < 0 || virtual > lastTop(total, viewport);
  const space = spaceHeight(place.base, total, viewport, max);
  const margin = idle ? Math.min(max / 4, 8 * viewport) : viewport;
  const cutAbove = place.base !== 0 && place.top < margin;
  const cutBelow = place.base + space < total && place.top + viewport > space - margin;
  const wanted = placeAt(virtual, total, viewport, max);
  if (!(outside || cutAbove || cutBelow)) return null;
  return wanted.base === place.base && wanted.top === place.top ? null : wanted;
}

/** Prefix sums: where each section begins in the virtual space, with the total height as a last entry. */
export function offsets(heights: readonly number[]): Float64Array {
  const sums = new Float64Array(heights.length + 1);
  let sum = 0;
  heights.forEach((height, index) => {
    sums[index] = sum;
    sum += height;
  });
  sums[heights.length] = sum;
  return sums;
}

/** Index of the section that holds a virtual position (the last one for positions beyond the end; -1 without sections). */
export function sectionAt(starts: Float64Array, virtual: number): number {
  const count = starts.length - 1;
  if (count <= 0) return -1;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= virtual) low = middle;
    else high = middle - 1;
  }
  return low;
}
