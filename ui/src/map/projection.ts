/**
 * The arithmetic of the map: Web Mercator, the part of the world that is seen, and boxes of positions. Pure.
 *
 * The world is a square of side 1, from the north-west: `x` grows eastwards from the date line, `y` southwards. It
 * repeats in `x`, so that any `x` is a place, and `x` of a view lies in [0, 1).
 */
import type { Bounds } from '../backend/types';

/** `[lat, lon]` in degrees. */
export type Position = readonly [number, number];

/** A place in the square of the world. */
export interface Point {
  x: number;
  y: number;
}

/** What is seen: its middle, how near (as web maps count, the world is 256 pixels wide at 0), and its size in pixels. */
export interface View extends Point {
  zoom: number;
  width: number;
  height: number;
}

export const TILE = 256;
export const ZOOM_MAX = 20;
/** Where Mercator ends. */
export const LAT_MAX = 85.05112878;
/** A box of a single place gets this many degrees on each side: a metre. */
const ROOM = 0.00001;
const WHOLE: Bounds = [-90, -180, 90, 180];

/** How many pixels the world is wide. */
export function worldSize(zoom: number): number {
  return TILE * 2 ** zoom;
}

export function toWorld([lat, lon]: readonly number[]): Point {
  const clamped = clamp(lat ?? 0, -LAT_MAX, LAT_MAX);
  const sine = Math.sin((clamped * Math.PI) / 180);
  return { x: ((lon ?? 0) + 180) / 360, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

export function toPosition({ x, y }: Point): Position {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * clamp(y, 0, 1)))) * 180) / Math.PI;
  return [lat, wrap(x) * 360 - 180];
}

/** A view within what there is: no nearer than 20, no farther than the world is high, and nothing beyond the poles. */
export function held(view: View): View {
  const zoom = clamp(view.zoom, Math.max(0, Math.log2(Math.max(1, view.height) / TILE)), ZOOM_MAX);
  const half = view.height / worldSize(zoom) / 2;
  return { ...view, zoom, x: wrap(view.x), y: half >= 0.5 ? 0.5 : clamp(view.y, half, 1 - half) };
}

/** Moves what is seen by pixels of the screen: the map follows the hand. */
export function panned(view: View, dx: number, dy: number): View {
  const size = worldSize(view.zoom);
  return held({ ...view, x: view.x - dx / size, y: view.y - dy / size });
}

/** Zooms about a point of the screen, which stays where it is. */
export function zoomed(view: View, zoom: number, at: Point = middle(view)): View {
  const fixed = worldAt(view, at);
  const next = held({ ...view, zoom });
  const size = worldSize(next.zoom);
  return held({
    ...next,
    x: fixed.x - (at.x - view.width / 2) / size,
    y: fixed.y - (at.y - view.height / 2) / size,
  });
}

/** What lies under a point of the screen; `x` may lie in another copy of the world. */
export function worldAt(view: View, at: Point): Point {
  const size = worldSize(view.zoom);
  return { x: view.x + (at.x - view.width / 2) / size, y: view.y + (at.y - view.height / 2) / size };
}

export function positionAt(view: View, at: Point): Position {
  return toPosition(worldAt(view, at));
}

/** Where a place is on the screen, in each copy of the world that shows it, or would within `margin` pixels. */
export function onScreen(view: View, place: Point, margin = 0): Point[] {
  const size = worldSize(view.zoom);
  const y = (place.y - view.y) * size + view.height / 2;
  if (y < -margin || y > view.height + margin) return [];
  const reach = (view.width / 2 + margin) / size;
  const points: Point[] = [];
  for (let copy = Math.ceil(view.x - reach - place.x); place.x + copy <= view.x + reach; copy += 1)
    points.push({ x: (place.x + copy - view.x) * size + view.width / 2, y });
  return points;
}

/** The box between two points of the screen; all of the world's longitudes where they are a world apart. */
export function boundsBetween(view: View, a: Point, b: Point): Bounds {
  const from = worldAt(view, { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) });
  const to = worldAt(view, { x: Math.max(a.x, b.x), y: Math.max(a.y, b.y) });
  const [north, west] = toPosition(from);
  const [south, east] = toPosition(to);
  // Whoever sees the map's edge sees the poles.
  const top = from.y <= 0 ? 90 : north;
  const bottom = to.y >= 1 ? -90 : south;
  return to.x - from.x >= 1 ? [bottom, -180, top, 180] : [bottom, west, top, east];
}

export function boundsOf(view: View): Bounds {
  return boundsBetween(view, { x: 0, y: 0 }, { x: view.width, y: view.height });
}

/** Shows a box as large as it can be with `margin` pixels around it, no nearer than `zoomMax`. */
export function fitted(view: View, bounds: Bounds, margin: number, zoomMax = ZOOM_MAX): View {
  const [south, west, north, east] = bounds;
  const { x: left, y: top } = toWorld([north, west]);
  const { y: bottom } = toWorld([south, west]);
  const across = width(west, east) / 360;
  const room = (pixels: number) => Math.max(32, pixels - 2 * margin);
  const nearest = (pixels: number, share: number) => Math.log2(room(pixels) / TILE / Math.max(share, 1e-9));
  const zoom = Math.min(zoomMax, nearest(view.width, across), nearest(view.height, bottom - top));
  return held({ ...view, zoom, x: left + across / 2, y: (top + bottom) / 2 });
}

/** The smallest box that holds both; across the date line where that is shorter. */
export function joined(a: Bounds, b: Bounds): Bounds {
  const south = Math.min(a[0], b[0]);
  const north = Math.max(a[2], b[2]);
  const choices = [
    [a[1], a[3]],
    [b[1], b[3]],
    [a[1], b[3]],
    [b[1], a[3]],
  ] as const;
  const holding = choices.filter(([west, east]) => holds(west, east, a) && holds(west, east, b));
  const [best] = holding.sort((one, other) => width(...one) - width(...other));
  return best ? [south, best[0], north, best[1]] : [south, -180, north, 180];
}

/** The box of all of them; the whole world where there are none. */
export function around(boxes: readonly Bounds[]): Bounds {
  const [first = WHOLE, ...rest] = boxes;
  return rest.reduce(joined, first);
}

/** A little wider on each side, so that rounding leaves nothing out and a single place is a box. */
export function grown([south, west, north, east]: Bounds, by = ROOM): Bounds {
  if (width(west, east) + 2 * by >= 360)
    return [Math.max(-90, south - by), -180, Math.min(90, north + by), 180];
  const turned = (lon: number) => (lon < -180 ? lon + 360 : lon > 180 ? lon - 360 : lon);
  return [Math.max(-90, south - by), turned(west - by), Math.min(90, north + by), turned(east + by)];
}

/** A box in the query language. */
export function inQuery(bounds: Bounds): string {
  return `in:${bounds.map((degrees) => String(Number(degrees.toFixed(5)))).join(',')}`;
}

/** A place as an edit has it: five digits of a degree are a metre. */
export function rounded([lat, lon]: Position): [number, number] {
  return [Number(lat.toFixed(5)), Number(lon.toFixed(5))];
}

/** How far a gliding from one view to another has come at `share`: straight, about the one point that stays. */
export function between(from: View, to: View, share: number): View {
  const zoom = from.zoom + (to.zoom - from.zoom) * share;
  const near = 2 ** (from.zoom - zoom);
  const all = 1 - 2 ** (from.zoom - to.zoom);
  const part = Math.abs(all) < 1e-6 ? share : (1 - near) / all;
  const east = to.x - from.x;
  // Around the world the shorter way.
  const dx = east - Math.round(east);
  return held({ ...to, zoom, x: from.x + dx * part, y: from.y + (to.y - from.y) * part });
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function middle(view: View): Point {
  return { x: view.width / 2, y: view.height / 2 };
}

function wrap(x: number): number {
  return x - Math.floor(x);
}

/** Degrees from west to east, across the date line where west is greater. */
function width(west: number, east: number): number {
  return west <= east ? east - west : east - west + 360;
}

function holds(west: number, east: number, [, from, , to]: Bounds): boolean {
  const reach = width(west, east);
  const begins = width(west, from);
  return begins <= reach && begins + width(from, to) <= reach + 1e-9;
}
