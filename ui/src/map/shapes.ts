/**
 * Lands and borders as lists of points, and the part of them that is drawn. Pure.
 *
 * A path is never drawn whole: at a near zoom its points lie millions of pixels apart, more than a canvas can count,
 * and at a far one thousands of them share a pixel. So the part around what is seen is cut out once, thinned, and
 * drawn again and again until the view leaves it.
 */

/** A ring or a line in the square of the world: x, y, x, y …, and the box around it. */
export interface Shape {
  points: Float64Array;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A part of the world, whose `left` and `right` may lie in other copies of it, and the pixels of its side of 1. */
export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
  scale: number;
}

/** What draws: `Path2D` is one. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

/** Points closer to the last one than this are left out, in pixels. */
const CLOSE = 0.7;

export function shapeOf(points: readonly number[]): Shape {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] as number, points[i + 1] as number];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return { ...box, points: Float64Array.from(points) };
}

/** Draws rings in a frame, in its pixels from its corner, in each copy of the world. */
export function cutRings(rings: readonly Shape[], frame: Frame, pen: Pen): void {
  each(rings, frame, (ring, shift) => {
    if ((ring.right - ring.left) * frame.scale < CLOSE && (ring.bottom - ring.top) * frame.scale < CLOSE)
      return;
    const points = thinned(ring, frame, shift);
    const inside = isWithin(ring, frame, shift) ? points : clippedRing(points, frame);
    if (inside.length < 6) return;
    for (let i = 0; i < inside.length; i += 2)
      draw(pen, i === 0, inside[i] as number, inside[i + 1] as number);
    pen.closePath();
  });
}

/** The same with lines that are open. */
export function cutLines(lines: readonly Shape[], frame: Frame, pen: Pen): void {
  const [width, height] = sizeOf(frame);
  each(lines, frame, (line, shift) => {
    const points = thinned(line, frame, shift);
    let joins = false;
    for (let i = 2; i < points.length; i += 2) {
      const [ax, ay] = [points[i - 2] as number, points[i - 1] as number];
      const [bx, by] = [points[i] as number, points[i + 1] as number];
      const seen = clippedSegment(ax, ay, bx, by, width, height);
      if (!seen) {
        joins = false;
        continue;
      }
      const [from, to] = seen;
      if (!joins || from > 0) draw(pen, true, ax + (bx - ax) * from, ay + (by - ay) * from);
      draw(pen, false, ax + (bx - ax) * to, ay + (by - ay) * to);
      joins = to === 1;
    }
  });
}

function each(shapes: readonly Shape[], frame: Frame, draws: (shape: Shape, shift: number) => void): void {
  const first = Math.floor(frame.left) - 1;
  for (const shape of shapes) {
    if (shape.bottom < frame.top || shape.top > frame.bottom) continue;
    for (let shift = first; shape.left + shift <= frame.right; shift += 1)
      if (shape.right + shift >= frame.left) draws(shape, shift);
  }
}

function draw(pen: Pen, first: boolean, x: number, y: number): void {
  if (first) pen.moveTo(x, y);
  else pen.lineTo(x, y);
}

/** In the frame's pixels, without points that nobody could tell from the one before; the last one stays. */
function thinned({ points }: Shape, { left, top, scale }: Frame, shift: number): number[] {
  const kept: number[] = [];
  const end = points.length - 2;
  let [x, y] = [Infinity, Infinity];
  for (let i = 0; i <= end; i += 2) {
    const nextX = ((points[i] as number) + shift - left) * scale;
    const nextY = ((points[i + 1] as number) - top) * scale;
    const far = Math.abs(nextX - x) >= CLOSE || Math.abs(nextY - y) >= CLOSE;
    if (!far && i !== end) continue;
    [x, y] = [nextX, nextY];
    kept.push(x, y);
  }
  return kept;
}

function sizeOf({ left, top, right, bottom, scale }: Frame): [number, number] {
  return [(right - left) * scale, (bottom - top) * scale];
}

function isWithin(shape: Shape, frame: Frame, shift: number): boolean {
  const across = shape.left + shift >= frame.left && shape.right + shift <= frame.right;
  return across && shape.top >= frame.top && shape.bottom <= frame.bottom;
}

/** Cuts a ring at one edge of the frame after the other (Sutherland and Hodgman). */
function clippedRing(points: number[], frame: Frame): number[] {
  const [width, height] = sizeOf(frame);
  const west = clippedAt(points, 0, 0, 1);
  const east = clippedAt(west, 0, width, -1);
  const north = clippedAt(east, 1, 0, 1);
  return clippedAt(north, 1, height, -1);
}

/** Keeps what lies on one side of a line: `axis` 0 is x, `side` 1 is beyond it. */
function clippedAt(points: number[], axis: 0 | 1, edge: number, side: 1 | -1): number[] {
  const kept: number[] = [];
  const count = points.length;
  for (let i = 0; i < count; i += 2) {
    const before = (i + count - 2) % count;
    const [ax, ay] = [points[before] as number, points[before + 1] as number];
    const [bx, by] = [points[i] as number, points[i + 1] as number];
    const from = ((axis === 0 ? ax : ay) - edge) * side;
    const to = ((axis === 0 ? bx : by) - edge) * side;
    if (from < 0 !== to < 0) {
      const share = from / (from - to);
      kept.push(axis === 0 ? edge : ax + (bx - ax) * share, axis === 0 ? ay + (by - ay) * share : edge);
    }
    if (to >= 0) kept.push(bx, by);
  }
  return kept;
}

/** The part of a segment within the frame, as shares of its length (Liang and Barsky). */
function clippedSegment(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  width: number,
  height: number,
): [number, number] | null {
  let [from, to] = [0, 1];
  const edges = [
    [ax - bx, ax],
    [bx - ax, width - ax],
    [ay - by, ay],
    [by - ay, height - ay],
  ] as const;
  for (const [slope, room] of edges) {
    if (slope === 0 && room < 0) return null;
    if (slope < 0) from = Math.max(from, room / slope);
    else if (slope > 0) to = Math.min(to, room / slope);
  }
  return from <= to ? [from, to] : null;
}
