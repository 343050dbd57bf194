/**
 * Bursts as stacks: from a month's photos to the tiles that stand for them. Pure; knows neither pixels nor the DOM.
 *
 * A closed burst is one tile, where its newest photo stands; an open one shows every photo in its place. The photos of
 * a burst need not follow each other: two cameras may take turns.
 */
import type { Row } from '../backend/types';

export interface Stack {
  /** The burst's id: that of the first photo taken. */
  id: string;
  /** Its photos, the newest first. */
  photos: Row[];
  open: boolean;
  /** The photo whose place a closed burst takes; the first one shown of an open one. */
  newest: Row;
  /** What a closed burst shows: a favourite, else the best rated, else the first taken. */
  cover: Row;
}

/** The tiles of a month. No object of its own for each: most of tens of thousands just show their photo. */
export interface Stacked {
  /** The photo that each tile shows: of a closed burst its cover. */
  shown: readonly Row[];
  /** For each photo, by its index in the month, the index in `shown` of the tile that stands for it. */
  standsAt: Uint32Array;
  /** The bursts, by their ids. */
  stacks: ReadonlyMap<string, Stack>;
}

/** One pass to find the bursts, one to set the tiles: a month of 70,000 photos is stacked within a frame. */
export function stack(rows: readonly Row[], opened: ReadonlySet<string>): Stacked {
  const stacks = gather(rows, opened);
  const shown: Row[] = [];
  const standsAt = new Uint32Array(rows.length);
  const places = new Map<Stack, number>();
  rows.forEach((row, index) => {
    const own = row.burst === undefined ? undefined : stacks.get(row.burst);
    const closed = own && !own.open ? own : null;
    const place = closed ? places.get(closed) : undefined;
    standsAt[index] = place ?? shown.length;
    if (place !== undefined) return;
    if (closed) places.set(closed, shown.length);
    shown.push(closed?.cover ?? row);
  });
  return { shown, standsAt, stacks };
}

/** The burst that a shown photo is one of, or stands for while that is closed. */
export function stackOf({ stacks }: Stacked, row: Row): Stack | null {
  return row.burst === undefined ? null : (stacks.get(row.burst) ?? null);
}

/**
 * The bursts that are open after a month was read again: those that hold a photo of one that was open before. So a
 * burst stays open when its first photo, and with it its id, is gone, and one that dissolved leaves nothing behind.
 */
export function stillOpen(
  opened: ReadonlySet<string>,
  before: readonly Row[] | null,
  after: readonly Row[],
): ReadonlySet<string> {
  if (opened.size === 0) return opened;
  // Where the rows from before are forgotten, the ids have to do: each is that of a photo.
  const photos = new Set(opened);
  for (const row of before ?? []) if (row.burst !== undefined && opened.has(row.burst)) photos.add(row.id);
  const open = new Set<string>();
  for (const row of after) if (row.burst !== undefined && photos.has(row.id)) open.add(row.burst);
  return open;
}

/** Opens a closed burst, or closes an open one. */
export function toggled(opened: ReadonlySet<string>, burst: string): ReadonlySet<string> {
  const after = new Set(opened);
  if (!after.delete(burst)) after.add(burst);
  return after;
}

function gather(rows: readonly Row[], opened: ReadonlySet<string>): Map<string, Stack> {
  const stacks = new Map<string, Stack>();
  for (const row of rows) {
    if (row.burst === undefined) continue;
    const known = stacks.get(row.burst);
    if (known) {
      known.photos.push(row);
      if (!better(known.cover, row)) known.cover = row;
    } else {
      const open = opened.has(row.burst);
      stacks.set(row.burst, { id: row.burst, photos: [row], open, newest: row, cover: row });
    }
  }
  return stacks;
}

/** Whether a photo makes the better cover than one that was taken before it. */
function better(photo: Row, earlier: Row): boolean {
  if (photo.favorite !== earlier.favorite) return photo.favorite;
  return photo.rating > earlier.rating;
}
