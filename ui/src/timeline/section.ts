/** One section of a grid, placed: its photos, the tiles that stand for them, and where these are. Pure, no DOM. */
import type { Row } from '../backend/types';
import {
  bandsWithin,
  boxOf,
  estimateHeight,
  layoutSection,
  type Box,
  type Cell,
  type DayBox,
  type Measures,
  type Rect,
  type SectionLayout,
} from './layout';
import { stack, stackOf, stillOpen, toggled, type Stack, type Stacked } from './stacks';

/** A part of a month, or the results of a search; `rows` is null until they are loaded. */
export interface Section {
  key: string;
  count: number;
  rows: readonly Row[] | null;
  /** The month that it is of, and whether that begins and ends with it; absent where months play no part. */
  of?: { month: string; first: boolean; last: boolean };
}

export interface Placed extends Section {
  /** Bursts that show all of their photos. */
  opened: ReadonlySet<string>;
  /** Null until the rows are loaded, as is the layout of its tiles. */
  stacked: Stacked | null;
  layout: SectionLayout | null;
  height: number;
}

export interface Tile {
  row: Row;
  /** The burst that the photo is one of, or stands for. */
  stack: Stack | null;
  box: Box;
}

export interface DrawnSection {
  key: string;
  /** The month that begins with it. */
  heading: string | null;
  count: number;
  /** Position in the scrolled element and height, in CSS pixels. */
  top: number;
  height: number;
  loaded: boolean;
  days: readonly DayBox[];
  tiles: readonly Tile[];
}

/** A section can be walked through photo by photo, or tile by tile, where a closed burst is one step. */
export type Walk = 'photo' | 'tile';

/** What to draw of a section that begins at `start`: the bands that touch `from..to`, in an element based at `base`. */
export interface View {
  start: number;
  base: number;
  from: number;
  to: number;
}

const NONE: ReadonlySet<string> = new Set();

/** Places a section that is new, or read again: then `before` says which bursts were open. */
export function placed(section: Section, before: Placed | undefined, m: Measures): Placed {
  const { rows } = section;
  const known = before?.opened ?? NONE;
  const opened = rows ? stillOpen(known, before?.rows ?? null, rows) : known;
  const stacked = rows && stack(rows, opened);
  return laid({ ...section, opened, stacked, layout: null, height: 0 }, m);
}

/** The section with a burst opened that was closed, or the other way round. */
export function withToggled(section: Placed, burst: string, m: Measures): Placed {
  const opened = toggled(section.opened, burst);
  const stacked = section.rows && stack(section.rows, opened);
  return laid({ ...section, opened, stacked }, m);
}

/** The section laid out anew in a grid of other measures. */
export function laid(section: Placed, all: Measures): Placed {
  if (all.width <= 0) return section;
  const m = measuresOf(section, all);
  const { stacked } = section;
  if (!stacked) return { ...section, layout: null, height: estimateHeight(section.count, m) };
  const dated = m.dayHeading > 0;
  const cells = stacked.shown.map((row): Cell => {
    const own = stackOf(stacked, row);
    // A closed burst over midnight is filed where it stands, whatever day its cover is of: days must not alternate.
    const filed = own && !own.open ? own.newest : row;
    const photos = own && !own.open ? own.photos.length : 1;
    return { ratio: row.ratio, day: dated ? filed.taken_at.slice(0, 10) : '', photos };
  });
  const layout = layoutSection(cells, m);
  return { ...section, layout, height: layout.height };
}

/** Only where a month begins and ends is there room for its heading, and below it. */
function measuresOf({ of }: Section, m: Measures): Measures {
  if (!of) return m;
  return {
    ...m,
    sectionHeading: of.first ? m.sectionHeading : 0,
    sectionGap: of.last ? m.sectionGap : m.gap,
  };
}

/** A section without its rows; its height is known by now and stays. */
export function forgotten(section: Placed): Placed {
  return { ...section, rows: null, stacked: null, layout: null };
}

export function rowAt(section: Placed | undefined, walk: Walk, index: number): Row | null {
  if (walk === 'photo') return section?.rows?.[index] ?? null;
  return section?.stacked?.shown[index] ?? null;
}

/** The first photo or tile of a section for someone who steps into it forwards (1), the last one backwards (-1). */
export function entryOf(section: Placed | undefined, walk: Walk, step: -1 | 1): Row | null {
  const all = walk === 'photo' ? section?.rows : section?.stacked?.shown;
  return rowAt(section, walk, step === 1 ? 0 : (all?.length ?? 0) - 1);
}

/** The photos that a tile stands for: one, or all of a closed burst. */
export function photosOfTile(section: Placed, tile: number): readonly Row[] {
  const row = rowAt(section, 'tile', tile);
  const own = row && section.stacked ? stackOf(section.stacked, row) : null;
  if (!row) return [];
  return own && !own.open ? own.photos : [row];
}

/** The photos whose tiles touch a rectangle of the section. */
export function photosTouching(section: Placed, rect: Rect): readonly Row[] {
  const bands = section.layout ? bandsWithin(section.layout, rect.top, rect.bottom) : [];
  return bands
    .flatMap((band) => band.boxes)
    .filter(({ left, top, width, height }) => {
      return left < rect.right && left + width > rect.left && top < rect.bottom && top + height > rect.top;
    })
    .flatMap((box) => photosOfTile(section, box.index));
}

/** The photos that stand under the heading of a day. */
export function photosFiledUnder(section: Placed, day: string): readonly Row[] {
  const days = (section.layout?.bands ?? []).flatMap((band) => band.days);
  const at = days.findIndex((box) => box.day === day);
  const from = days[at]?.first ?? 0;
  const end = at < 0 ? 0 : (days[at + 1]?.first ?? section.stacked?.shown.length ?? 0);
  const photos: Row[] = [];
  for (let tile = from; tile < end; tile += 1) photos.push(...photosOfTile(section, tile));
  return photos;
}

/** Where a tile stands within its section. */
export function tileBox(section: Placed | undefined, tile: number): Box | null {
  return section?.layout ? boxOf(section.layout, tile) : null;
}

export function drawn(section: Placed, { start, base, from, to }: View): DrawnSection {
  const bands = section.layout ? bandsWithin(section.layout, from - start, to - start) : [];
  const { stacked } = section;
  const tiles: Tile[] = [];
  for (const band of bands) {
    for (const box of band.boxes) {
      const row = stacked?.shown[box.index];
      if (stacked && row) tiles.push({ row, stack: stackOf(stacked, row), box });
    }
  }
  return {
    key: section.key,
    heading: section.of?.first ? section.of.month : null,
    count: section.count,
    top: start - base,
    height: section.height,
    loaded: section.rows !== null,
    days: bands.flatMap((band) => band.days),
    tiles,
  };
}
