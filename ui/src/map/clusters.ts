/** Photos that lie close together, as the map shows them: how large, and one where two would cover each other. Pure. */
import type { Bounds, Cluster } from '../backend/types';
import { joined, onScreen, toWorld, worldSize, type Point, type View } from './projection';

/** Some photos that are shown as one. */
export interface Group {
  /** The newest of them, to show. */
  id: string;
  count: number;
  at: Point;
  bounds: Bounds;
  /** The boxes of what was joined. */
  parts: readonly Bounds[];
}

/** A group in one of the world's copies on the screen. */
export interface Placed {
  key: string;
  group: Group;
  x: number;
  y: number;
}

const SMALLEST = 44;
const LARGEST = 76;
/** Groups may touch, and cover each other this little, in shares of their sizes. */
const OVERLAP = 0.94;

/** How wide a group is, in pixels: ten times as many photos are a step more. */
export function sizeOf(count: number): number {
  return Math.min(LARGEST, Math.round(SMALLEST + 9 * Math.log10(Math.max(1, count))));
}

/** Joins what would cover each other at this zoom, the largest first. */
export function gathered(clusters: readonly Cluster[], zoom: number): Group[] {
  const size = worldSize(zoom);
  const groups: Group[] = [];
  // Groups by squares as wide as the largest one: what is near stands in a square beside.
  const squares = new Map<string, number[]>();
  const across = Math.max(1, Math.floor(size / LARGEST));
  const square = (value: number) => Math.floor(value * across);
  for (const cluster of clusters) {
    const one = groupOf(cluster);
    const [column, row] = [square(one.at.x), square(one.at.y)];
    const near = neighbours(column, row, across).flatMap((key) => squares.get(key) ?? []);
    const index = near.find((known) => touches(groups[known] as Group, one, size));
    if (index === undefined) {
      const key = `${column}/${row}`;
      squares.set(key, [...(squares.get(key) ?? []), groups.length]);
      groups.push(one);
    } else groups[index] = together(groups[index] as Group, one);
  }
  return groups;
}

/** Where groups are on the screen, in every copy of the world. */
export function placed(groups: readonly Group[], view: View): Placed[] {
  return groups.flatMap((group) =>
    onScreen(view, group.at, LARGEST).map((point, copy) => ({ key: `${group.id}/${copy}`, group, ...point })),
  );
}

/** A box as the API gives it. */
export function boxOf([south = 0, west = 0, north = 0, east = 0]: readonly number[]): Bounds {
  return [south, west, north, east];
}

function groupOf({ id, count, position, bbox }: Cluster): Group {
  const bounds = boxOf(bbox);
  return { id, count, at: toWorld(position), bounds, parts: [bounds] };
}

/** A group stays where its largest part lies: it must not wander into the next. */
function together(group: Group, other: Group): Group {
  const bounds = joined(group.bounds, other.bounds);
  return { ...group, count: group.count + other.count, bounds, parts: [...group.parts, ...other.parts] };
}

function touches(a: Group, b: Group, size: number): boolean {
  const east = Math.abs(a.at.x - b.at.x);
  const dx = Math.min(east, 1 - east) * size;
  const dy = (a.at.y - b.at.y) * size;
  return Math.hypot(dx, dy) < ((sizeOf(a.count) + sizeOf(b.count)) / 2) * OVERLAP;
}

function neighbours(column: number, row: number, across: number): string[] {
  const keys = new Set<string>();
  for (let dx = -1; dx <= 1; dx += 1)
    for (let dy = -1; dy <= 1; dy += 1) keys.add(`${(column + dx + across) % across}/${row + dy}`);
  return [...keys];
}
