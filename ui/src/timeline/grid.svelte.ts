/**
 * The state of one scrolling grid of photos: which sections there are, where the viewport stands, what must be drawn.
 * Whoever owns the photos (timeline, search) feeds sections in and is told which of them are wanted.
 */
import type { Row } from '../backend/types';
import {
  bandsWithin,
  boxOf,
  estimateHeight,
  layoutSection,
  nearestTo,
  neighbourAcross,
  type Box,
  type DayBox,
  type Measures,
  type SectionLayout,
} from './layout';
import { offsets, placeAt, sectionAt, settle, spaceHeight, virtualTop, lastTop, type Place } from './scroll';
import type { Spot } from './scrubber';

/** A month, or the results of a search; `rows` is null until they are loaded. */
export interface Section {
  key: string;
  count: number;
  rows: readonly Row[] | null;
}

export interface Tile {
  row: Row;
  box: Box;
}

export interface DrawnSection {
  key: string;
  count: number;
  /** Position in the scrolled element and height, in CSS pixels. */
  top: number;
  height: number;
  loaded: boolean;
  days: readonly DayBox[];
  tiles: readonly Tile[];
}

export interface GridOptions {
  /** Draws month and day headings. */
  dated: boolean;
  /** Sections on the screen or close to it that have no rows yet, nearest first. */
  onWant: (keys: string[]) => void;
  /** Loads a section for someone who steps into it; its rows arrive through `setSections` or `setRows`. */
  load: (key: string) => Promise<void>;
}

interface Placed extends Section {
  layout: SectionLayout | null;
  height: number;
}

interface Anchor {
  key: string;
  id: string | null;
  /** From the anchor's top to the viewport's. */
  offset: number;
}

/** Faster than this many viewports a second, pictures wait until the fling slows down. */
const FAST = 6;
/** Stillness after which blurred thumbnails are replaced by sharp ones. */
const STILL_MS = 140;

export class GridState {
  /** What the component draws. */
  drawn = $state.raw<readonly DrawnSection[]>([]);
  space = $state(0);
  /** True while the grid flies past too fast for pictures. */
  fast = $state(false);
  /** Where the top of the viewport stands, for the scrubber. */
  spot = $state.raw<Spot>({ month: 0, within: 0 });
  /** The tile that the Tab key reaches. */
  focused = $state<string | null>(null);
  /** Height of the rows and room for them. */
  measures = $state.raw<Measures>(measuresFor(0, true));
  viewport = $state(0);

  private readonly options: GridOptions;
  private sections: Placed[] = [];
  private starts = offsets([]);
  private place: Place = { base: 0, top: 0 };
  private element: HTMLElement | null = null;
  private still: ReturnType<typeof setTimeout> | undefined;
  private lastScroll = { at: 0, virtual: 0 };

  constructor(options: GridOptions) {
    this.options = options;
    this.measures = measuresFor(0, options.dated);
  }

  get total(): number {
    return this.starts[this.sections.length] ?? 0;
  }

  get virtualTop(): number {
    return virtualTop(this.place);
  }

  /** Ties the state to the scrolling element; answers how to untie it. */
  attach(element: HTMLElement): () => void {
    this.element = element;
    this.resize(element.clientWidth, element.clientHeight);
    this.space = spaceHeight(this.place.base, this.total, this.viewport);
    queueMicrotask(() => this.moveElement());
    return () => {
      this.element = null;
      clearTimeout(this.still);
    };
  }

  resize(width: number, height: number): void {
    if (width === this.measures.width && height === this.viewport) return;
    this.viewport = height;
    if (width !== this.measures.width) {
      this.keepingPlace(() => {
        this.measures = measuresFor(width, this.options.dated);
        for (const section of this.sections) this.lay(section);
      });
    }
    this.draw();
  }

  /** Replaces the sections; what stands at the top of the viewport stays there. */
  setSections(sections: readonly Section[]): void {
    this.keepingPlace(() => {
      const known = new Map(this.sections.map((section) => [section.key, section]));
      this.sections = sections.map((section) => {
        const old = known.get(section.key);
        if (old && old.count === section.count && old.rows === section.rows) return old;
        const placed: Placed = { ...section, layout: null, height: 0 };
        this.lay(placed);
        return placed;
      });
    });
    this.draw();
  }

  setRows(key: string, rows: readonly Row[]): void {
    const section = this.sections.find((candidate) => candidate.key === key);
    if (!section) return;
    this.keepingPlace(() => {
      section.rows = rows;
      section.count = rows.length;
      this.lay(section);
    });
    this.draw();
  }

  /** Lets go of a section's rows, far from the viewport; its height is known by now and stays. */
  forget(key: string): void {
    const section = this.sections.find((candidate) => candidate.key === key);
    if (section) Object.assign(section, { rows: null, layout: null });
  }

  /** Called on every scroll event of the element. */
  scrolled(top: number): void {
    if (top === this.place.top) return;
    this.place = { base: this.place.base, top };
    this.measureSpeed();
    const wanted = settle(this.place, this.total, this.viewport, false);
    if (wanted) this.moveTo(wanted);
    this.draw();
    clearTimeout(this.still);
    this.still = setTimeout(() => this.rest(), STILL_MS);
  }

  jumpTo(virtual: number): void {
    this.moveTo(placeAt(virtual, this.total, this.viewport));
    this.draw();
    clearTimeout(this.still);
    this.still = setTimeout(() => this.rest(), STILL_MS);
  }

  /** Scrolls to a spot of the scrubber. */
  jumpToSpot(spot: Spot): void {
    const section = this.sections[spot.month];
    if (!section) return;
    this.jumpTo((this.starts[spot.month] ?? 0) + spot.within * section.height);
  }

  /** While the scrubber is dragged, pictures are not worth loading yet. */
  setFast(fast: boolean): void {
    this.fast = fast;
    if (!fast) this.draw();
  }

  /** Brings a photo into the viewport if it is not there already. */
  reveal(id: string): void {
    const at = this.find(id);
    const layout = at ? this.sections[at.section]?.layout : null;
    const box = at && layout ? boxOf(layout, at.index) : null;
    if (!at || !box) return;
    const start = this.starts[at.section] ?? 0;
    const headings = this.measures.sectionHeading + this.measures.dayHeading;
    const top = start + box.top - headings;
    const bottom = start + box.top + box.height + this.measures.gap;
    if (top < this.virtualTop) this.jumpTo(top);
    else if (bottom > this.virtualTop + this.viewport) this.jumpTo(bottom - this.viewport);
  }

  /** The photo before (-1) or after (1) another in this grid, loading what lies between; null at the ends. */
  async neighbour(id: string, step: -1 | 1): Promise<Row | null> {
    const at = this.find(id);
    if (!at) return null;
    const same = this.sections[at.section]?.rows?.[at.index + step];
    if (same) return same;
    for (let index = at.section + step; index >= 0 && index < this.sections.length; index += step) {
      const rows = await this.rowsOf(index);
      const row = step === 1 ? rows?.[0] : rows?.at(-1);
      if (row) return row;
    }
    return this.beyond(id, step);
  }

  /** The photo that an arrow key leads to from a focused tile. */
  async across(id: string, step: -1 | 1): Promise<Row | null> {
    const at = this.find(id);
    const section = at ? this.sections[at.section] : undefined;
    if (!at || !section?.layout) return null;
    const index = neighbourAcross(section.layout, at.index, step);
    if (index !== null) return section.rows?.[index] ?? null;
    const x = boxOf(section.layout, at.index);
    const other = this.sections[at.section + step];
    const rows = await this.rowsOf(at.section + step);
    const band = step === 1 ? other?.layout?.bands[0] : other?.layout?.bands.at(-1);
    const nearest = band && x ? nearestTo(band, x.left + x.width / 2) : null;
    return nearest === null ? null : (rows?.[nearest] ?? null);
  }

  /** The first tile on the screen: where the Tab key enters when none was focused before. */
  entry(): string | null {
    const top = this.virtualTop - this.place.base;
    for (const section of this.drawn) {
      for (const tile of section.tiles) {
        if (section.top + tile.box.top + tile.box.height > top + this.measures.sectionHeading)
          return tile.row.id;
      }
    }
    return null;
  }

  private async beyond(id: string, step: -1 | 1): Promise<Row | null> {
    const last = this.sections.at(-1);
    const before = last?.rows?.length ?? 0;
    if (step === -1 || !last || last.count <= before) return null;
    await this.options.load(last.key);
    const at = this.find(id);
    return at ? (this.sections[at.section]?.rows?.[at.index + 1] ?? null) : null;
  }

  private async rowsOf(index: number): Promise<readonly Row[] | null> {
    const section = this.sections[index];
    if (!section) return null;
    if (!section.rows) await this.options.load(section.key);
    return this.sections.find((candidate) => candidate.key === section.key)?.rows ?? null;
  }

  private find(id: string): { section: number; index: number } | null {
    for (let section = 0; section < this.sections.length; section += 1) {
      const index = this.sections[section]?.rows?.findIndex((row) => row.id === id) ?? -1;
      if (index >= 0) return { section, index };
    }
    return null;
  }

  private lay(section: Placed): void {
    if (this.measures.width <= 0) return;
    if (!section.rows) {
      section.layout = null;
      section.height = estimateHeight(section.count, this.measures);
      return;
    }
    const { dated } = this.options;
    const cells = section.rows.map((row) => ({
      ratio: row.ratio,
      day: dated ? row.taken_at.slice(0, 10) : '',
    }));
    section.layout = layoutSection(cells, this.measures);
    section.height = section.layout.height;
  }

  /** Carries out a change of heights above or below, and moves `base` so that nothing on the screen moves. */
  private keepingPlace(change: () => void): void {
    const anchor = this.virtualTop > 1 ? this.anchor() : null;
    const before = this.virtualTop;
    change();
    this.starts = offsets(this.sections.map((section) => section.height));
    const target = anchor ? this.resolve(anchor) : null;
    if (target !== null) this.place = { base: this.place.base + target - before, top: this.place.top };
    const wanted = settle(this.place, this.total, this.viewport, false);
    if (wanted) this.moveTo(wanted);
    this.space = spaceHeight(this.place.base, this.total, this.viewport);
  }

  private anchor(): Anchor | null {
    const virtual = this.virtualTop;
    const index = sectionAt(this.starts, virtual);
    const section = this.sections[index];
    if (!section) return null;
    const within = virtual - (this.starts[index] ?? 0);
    const band = section.layout ? bandsWithin(section.layout, within, within + this.viewport)[0] : undefined;
    const box = band?.boxes[0];
    const row = box ? section.rows?.[box.index] : undefined;
    if (!box || !row) return { key: section.key, id: null, offset: within };
    return { key: section.key, id: row.id, offset: within - box.top };
  }

  private resolve(anchor: Anchor): number | null {
    const index = this.sections.findIndex((section) => section.key === anchor.key);
    const section = this.sections[index];
    if (!section) return null;
    const start = this.starts[index] ?? 0;
    const at = anchor.id === null ? -1 : (section.rows?.findIndex((row) => row.id === anchor.id) ?? -1);
    const box = section.layout && at >= 0 ? boxOf(section.layout, at) : null;
    return box ? start + box.top + anchor.offset : start + Math.min(anchor.offset, section.height);
  }

  private moveTo(place: Place): void {
    this.place = place;
    this.space = spaceHeight(place.base, this.total, this.viewport);
    this.moveElement();
  }

  /** The element must be tall enough before it can be scrolled there, so its height is set here and not left to a later frame. */
  private moveElement(): void {
    const { element } = this;
    if (!element) return;
    const inner = element.firstElementChild;
    if (inner instanceof HTMLElement) inner.style.height = `${this.space}px`;
    element.scrollTop = this.place.top;
    this.place = { base: this.place.base, top: element.scrollTop };
  }

  private measureSpeed(): void {
    const now = performance.now();
    const elapsed = now - this.lastScroll.at;
    const distance = Math.abs(this.virtualTop - this.lastScroll.virtual);
    this.lastScroll = { at: now, virtual: this.virtualTop };
    if (elapsed > 0 && elapsed < 200) this.fast = distance / this.viewport / (elapsed / 1000) > FAST;
  }

  private rest(): void {
    this.fast = false;
    const wanted = settle(this.place, this.total, this.viewport, true);
    if (wanted) this.moveTo(wanted);
    this.draw();
  }

  private draw(): void {
    if (this.viewport <= 0 || this.measures.width <= 0) return;
    const virtual = Math.min(Math.max(0, this.virtualTop), lastTop(this.total, this.viewport));
    const ahead = this.fast ? this.viewport / 2 : this.viewport;
    const from = virtual - ahead;
    const to = virtual + this.viewport + ahead;
    const drawn: DrawnSection[] = [];
    const wanted: string[] = [];
    for (let i = Math.max(0, sectionAt(this.starts, Math.max(0, from))); i < this.sections.length; i += 1) {
      const start = this.starts[i] as number;
      if (start > to) break;
      const section = this.sections[i] as Placed;
      if (!section.rows || section.rows.length < section.count) wanted.push(section.key);
      drawn.push(drawSection(section, start, this.place.base, from, to));
    }
    this.drawn = drawn;
    this.updateSpot(virtual);
    if (wanted.length > 0 && !this.fast) this.options.onWant(wanted);
  }

  private updateSpot(virtual: number): void {
    const month = Math.max(0, sectionAt(this.starts, virtual));
    const height = this.sections[month]?.height ?? 0;
    const within = height > 0 ? (virtual - (this.starts[month] ?? 0)) / height : 0;
    this.spot = { month, within };
  }
}

function drawSection(section: Placed, start: number, base: number, from: number, to: number): DrawnSection {
  const bands = section.layout ? bandsWithin(section.layout, from - start, to - start) : [];
  const tiles: Tile[] = [];
  for (const band of bands) {
    for (const box of band.boxes) {
      const row = section.rows?.[box.index];
      if (row) tiles.push({ row, box });
    }
  }
  return {
    key: section.key,
    count: section.count,
    top: start - base,
    height: section.height,
    loaded: section.rows !== null,
    days: bands.flatMap((band) => band.days),
    tiles,
  };
}

/** Rows about 235 px high, lower in a narrow window. */
function measuresFor(width: number, dated: boolean): Measures {
  return {
    width,
    rowHeight: width < 700 ? 150 : 235,
    gap: 4,
    dayGap: 20,
    dayHeading: dated ? 36 : 0,
    sectionHeading: dated ? 48 : 8,
    sectionGap: dated ? 20 : 32,
  };
}
