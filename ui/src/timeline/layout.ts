/**
 * Justified layout of one section (a month, or a page of search results): pure arithmetic in CSS pixels, no DOM.
 *
 * Photos are set in rows of about the wished height. A day that fills no row of its own shares a shelf with its
 * neighbours, so that a quiet week is one full row and not seven ragged ones.
 */

/** The measures of a grid, all in CSS pixels. */
export interface Measures {
  /** Room for the rows. */
  width: number;
  /** Wished height of a row. */
  rowHeight: number;
  /** Between photos, both ways. */
  gap: number;
  /** Between two days that share a shelf. */
  dayGap: number;
  /** Height of a day's heading; 0 draws none. */
  dayHeading: number;
  /** Height of the section's own heading; 0 draws none. */
  sectionHeading: number;
  /** Below the last row of the section. */
  sectionGap: number;
}

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Box {
  /** Index of the tile within its section. */
  index: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface DayBox {
  /** The day, `yyyy-mm-dd`. */
  day: string;
  /** Index of its first tile, and how many photos it has. */
  first: number;
  count: number;
  left: number;
  top: number;
  width: number;
}

/** One horizontal band that is drawn or left out as a whole: its photos and the day headings above them. */
export interface Band {
  top: number;
  bottom: number;
  boxes: Box[];
  days: DayBox[];
}

export interface SectionLayout {
  height: number;
  /** From top to bottom, never overlapping. */
  bands: Band[];
}

/**
 * A tile as the layout sees it: width ÷ height, the day it is filed under (empty where days play no part), and how many
 * photos it stands for.
 */
export interface Cell {
  ratio: number;
  day: string;
  photos: number;
}

/** Panoramas and tall strips are cropped in the grid to these ratios: one photo must not swallow a row, nor vanish in it. */
const RATIO_MIN = 0.5;
const RATIO_MAX = 3.2;
/** A row is stretched to the full width only while it grows no taller than this times the wished height. */
const STRETCH_MAX = 1.35;
/** Ratio assumed where the real ones are not known yet. */
const RATIO_TYPICAL = 1.35;

interface Run {
  day: string;
  first: number;
  end: number;
  photos: number;
}

export function layoutSection(cells: readonly Cell[], m: Measures): SectionLayout {
  const bands: Band[] = [];
  let top = m.sectionHeading;
  let shelf: Run[] = [];
  const flush = () => {
    if (shelf.length === 0) return;
    const band = shelfBand(cells, shelf, top, m);
    bands.push(band);
    top = band.bottom + m.gap;
    shelf = [];
  };
  let shelfWidth = 0;
  for (const run of runsByDay(cells)) {
    const natural = naturalWidth(cells, run, m);
    if (natural > m.width) {
      flush();
      shelfWidth = 0;
      top = fullDay(cells, run, top, m, bands);
      continue;
    }
    if (shelf.length > 0 && shelfWidth + m.dayGap + natural > m.width) {
      flush();
      shelfWidth = 0;
    }
    shelfWidth += natural + (shelf.length > 0 ? m.dayGap : 0);
    shelf.push(run);
  }
  flush();
  const bottom = bands.at(-1)?.bottom ?? m.sectionHeading;
  return { height: Math.ceil(bottom + m.sectionGap), bands };
}

/** Height a section is taken to have until its photos are known: close enough that the scrubber hardly moves later. */
export function estimateHeight(count: number, m: Measures): number {
  if (count === 0) return 0;
  const perRow = Math.max(1, m.width / (m.rowHeight * RATIO_TYPICAL + m.gap));
  const rows = Math.max(1, Math.ceil(count / perRow));
  const headings = m.dayHeading > 0 ? Math.min(rows, 28) : 0;
  return Math.ceil(
    m.sectionHeading + rows * (m.rowHeight + m.gap) + headings * m.dayHeading - m.gap + m.sectionGap,
  );
}

/** The bands that touch `top..bottom` (section coordinates), found by bisection. */
export function bandsWithin(layout: SectionLayout, top: number, bottom: number): Band[] {
  const { bands } = layout;
  let low = 0;
  let high = bands.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bands[middle] as Band).bottom < top) low = middle + 1;
    else high = middle;
  }
  const from = low;
  while (low < bands.length && (bands[low] as Band).top <= bottom) low += 1;
  return bands.slice(from, low);
}

/** The box of a photo, or null for an index outside the section. */
export function boxOf(layout: SectionLayout, index: number): Box | null {
  const { bands } = layout;
  let low = 0;
  let high = bands.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bands[middle]?.boxes.at(-1)?.index ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return bands[low]?.boxes.find((box) => box.index === index) ?? null;
}

/** The photo in the band above (`step` -1) or below (1) that stands nearest to a photo; null at the section's edge. */
export function neighbourAcross(layout: SectionLayout, index: number, step: -1 | 1): number | null {
  const at = layout.bands.findIndex((band) => band.boxes.some((box) => box.index === index));
  const from = layout.bands[at]?.boxes.find((box) => box.index === index);
  const band = layout.bands[at + step];
  if (!from || !band) return null;
  return nearestTo(band, from.left + from.width / 2);
}

/** The photo of a band whose middle is nearest to `x`. */
export function nearestTo(band: Band, x: number): number | null {
  let best: Box | null = null;
  for (const box of band.boxes) {
    if (!best || distance(box, x) < distance(best, x)) best = box;
  }
  return best?.index ?? null;
}

function distance(box: Box, x: number): number {
  return Math.abs(box.left + box.width / 2 - x);
}

function runsByDay(cells: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  cells.forEach((cell, index) => {
    const last = runs.at(-1);
    if (last && last.day === cell.day) {
      last.end = index + 1;
      last.photos += cell.photos;
    } else runs.push({ day: cell.day, first: index, end: index + 1, photos: cell.photos });
  });
  return runs;
}

function ratioOf(cell: Cell | undefined): number {
  const ratio = cell?.ratio ?? 0;
  if (!(ratio > 0)) return RATIO_TYPICAL;
  return Math.min(RATIO_MAX, Math.max(RATIO_MIN, ratio));
}

function naturalWidth(cells: readonly Cell[], run: Run, m: Measures): number {
  let width = -m.gap;
  for (let i = run.first; i < run.end; i += 1) {
    width += ratioOf(cells[i]) * m.rowHeight + m.gap;
    if (width > m.width) break;
  }
  return width;
}

/** Height at which photos of these ratios, with `fixed` pixels between them, are exactly `width` wide. */
function justified(ratios: number, fixed: number, width: number): number {
  return (width - fixed) / ratios;
}

/** Several short days beside each other, one row high; stretched to the full width where that stays seemly. */
function shelfBand(cells: readonly Cell[], runs: Run[], top: number, m: Measures): Band {
  let ratios = 0;
  let fixed = m.dayGap * (runs.length - 1);
  for (const run of runs) {
    for (let i = run.first; i < run.end; i += 1) ratios += ratioOf(cells[i]);
    fixed += m.gap * (run.end - run.first - 1);
  }
  const full = justified(ratios, fixed, m.width);
  const height = full <= m.rowHeight * STRETCH_MAX ? full : m.rowHeight;
  const rowTop = top + m.dayHeading;
  const band: Band = { top, bottom: rowTop + height, boxes: [], days: [] };
  let left = 0;
  for (const run of runs) {
    const start = left;
    left = setRow(cells, run.first, run.end, start, rowTop, height, m.gap, band.boxes);
    if (m.dayHeading > 0) {
      band.days.push({
        day: run.day,
        first: run.first,
        count: run.photos,
        left: start,
        top,
        width: left - start,
      });
    }
    left += m.dayGap;
  }
  return band;
}

/** A day of more than one row; answers where the next thing may begin. */
function fullDay(cells: readonly Cell[], run: Run, top: number, m: Measures, bands: Band[]): number {
  let first = run.first;
  let bandTop = top;
  while (first < run.end) {
    const heading = first === run.first ? m.dayHeading : 0;
    const { end, height } = nextRow(cells, first, run.end, m);
    const rowTop = bandTop + heading;
    const band: Band = { top: bandTop, bottom: rowTop + height, boxes: [], days: [] };
    setRow(cells, first, end, 0, rowTop, height, m.gap, band.boxes);
    if (heading > 0) {
      band.days.push({ day: run.day, first, count: run.photos, left: 0, top: bandTop, width: m.width });
    }
    bands.push(band);
    bandTop = band.bottom + m.gap;
    first = end;
  }
  return bandTop;
}

/** Breaks where the justified height comes nearest to the wished one; the last row keeps its natural width if too short. */
function nextRow(
  cells: readonly Cell[],
  first: number,
  end: number,
  m: Measures,
): { end: number; height: number } {
  let ratios = 0;
  let before = Infinity;
  for (let i = first; i < end; i += 1) {
    ratios += ratioOf(cells[i]);
    const height = justified(ratios, m.gap * (i - first), m.width);
    if (height <= m.rowHeight) {
      const keepOneLess = i > first && before - m.rowHeight < m.rowHeight - height;
      return keepOneLess ? { end: i, height: before } : { end: i + 1, height };
    }
    before = height;
  }
  return { end, height: before <= m.rowHeight * STRETCH_MAX ? before : m.rowHeight };
}

/** Sets photos side by side from `left`; answers the right edge. */
function setRow(
  cells: readonly Cell[],
  first: number,
  end: number,
  left: number,
  top: number,
  height: number,
  gap: number,
  boxes: Box[],
): number {
  let x = left;
  for (let index = first; index < end; index += 1) {
    const width = ratioOf(cells[index]) * height;
    boxes.push({ index, left: x, top, width, height });
    x += width + gap;
  }
  return x - gap;
}

/** Rows about 235 px high, lower in a narrow window, and as much larger or smaller as somebody wishes. */
export function measuresFor(width: number, dated: boolean, scale: number): Measures {
  return {
    width,
    rowHeight: Math.round((width < 700 ? 150 : 235) * scale),
    gap: 4,
    dayGap: 20,
    dayHeading: dated ? 36 : 0,
    sectionHeading: dated ? 48 : 8,
    sectionGap: dated ? 20 : 32,
  };
}
