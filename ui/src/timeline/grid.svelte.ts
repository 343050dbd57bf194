/**
 * The state of one scrolling grid of photos: which sections there are, where the viewport stands, what must be drawn.
 * Whoever owns the photos (timeline, search) feeds sections in and is told which of them are wanted.
 */
import type { Row } from '../backend/types';
import { build, pace } from './building';
import { bandsWithin, measuresFor, nearestTo, neighbourAcross, type Measures, type Rect } from './layout';
import {
  drawn,
  entryOf,
  forgotten,
  laid,
  photosFiledUnder,
  photosOfTile,
  photosTouching,
  placed,
  rowAt,
  tileBox,
  withToggled,
  type DrawnSection,
  type Placed,
  type Section,
  type Walk,
} from './section';
import { offsets, placeAt, sectionAt, settle, spaceHeight, virtualTop, lastTop, type Place } from './scroll';
import type { Spot } from './scrubber';
import { stackOf } from './stacks';

export interface GridOptions {
  /** Draws month and day headings. */
  dated: boolean;
  /** Sections on the screen or close to it that have no rows yet, nearest first. */
  onWant: (keys: string[]) => void;
  /** Loads a section for someone who steps into it; its rows arrive through `setSections` or `setRows`. */
  load: (key: string) => Promise<void>;
}

/** Where a photo is: its section, its place among all photos there, and that of the tile that stands for it. */
interface Found extends Record<Walk, number> {
  section: number;
}

/** What is to stay where it is on the screen: the tile that stands for a photo, or else a section. */
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
  /** What of it is more than a sketch. */
  whole = $state.raw<ReadonlySet<string>>(new Set());
  space = $state(0);
  /** True while the grid flies past too fast for pictures. */
  fast = $state(false);
  /** Where the top of the viewport stands, for the scrubber. */
  spot = $state.raw<Spot>({ section: 0, within: 0 });
  /** The month at the top of the viewport, while its own heading is above that. */
  passing = $state<string | null>(null);
  /** The tile that the Tab key reaches. */
  focused = $state<string | null>(null);
  /** Height of the rows and room for them. */
  measures = $state.raw<Measures>(measuresFor(0, true, 1));
  viewport = $state(0);

  private readonly options: GridOptions;
  private scale = 1;
  private sections: Placed[] = [];
  private starts = offsets([]);
  private place: Place = { base: 0, top: 0 };
  private element: HTMLElement | null = null;
  private still: ReturnType<typeof setTimeout> | undefined;
  private nextFrame: number | undefined;
  private lastScroll = { at: 0, virtual: 0 };

  constructor(options: GridOptions) {
    this.options = options;
    this.measures = measuresFor(0, options.dated, 1);
  }

  get total(): number {
    return this.starts[this.sections.length] ?? 0;
  }

  get virtualTop(): number {
    return virtualTop(this.place);
  }

  /** The virtual position of the scrolled element's first pixel. */
  get base(): number {
    return this.place.base;
  }

  /** Ties the state to the scrolling element; answers how to untie it. */
  attach(element: HTMLElement): () => void {
    this.element = element;
    this.resize(element.clientWidth, element.clientHeight);
    this.build(pace.perFrame);
    this.space = spaceHeight(this.place.base, this.total, this.viewport);
    queueMicrotask(() => this.moveElement());
    return () => {
      this.element = null;
      this.fast = false;
      clearTimeout(this.still);
      if (this.nextFrame !== undefined) cancelAnimationFrame(this.nextFrame);
      this.nextFrame = undefined;
    };
  }

  resize(width: number, height: number): void {
    if (width === this.measures.width && height === this.viewport) return;
    this.viewport = height;
    if (width !== this.measures.width) this.layOut(width, this.scale);
    this.draw();
  }

  /** Makes the photos as many times larger as usual. */
  zoomTo(scale: number): void {
    if (scale === this.scale) return;
    this.layOut(this.measures.width, scale);
    this.draw();
  }

  /** Replaces the sections; what stands at the top of the viewport stays there. */
  setSections(sections: readonly Section[]): void {
    this.keepingPlace(() => {
      const known = new Map(this.sections.map((section) => [section.key, section]));
      this.sections = sections.map((section) => {
        const old = known.get(section.key);
        if (old && old.count === section.count && old.rows === section.rows) return old;
        return placed(section, old, this.measures);
      });
    });
    this.draw();
  }

  setRows(key: string, rows: readonly Row[]): void {
    this.change(key, (section) => {
      const { of } = section;
      return placed({ key, count: rows.length, rows, ...(of && { of }) }, section, this.measures);
    });
  }

  /** Lets go of a section's rows, far from the viewport; its height is known by now and stays. */
  forget(key: string): void {
    this.sections = this.sections.map((section) => (section.key === key ? forgotten(section) : section));
  }

  /**
   * Opens the burst of a photo, or closes it. The tile in its place has the keyboard then, exactly where the other one
   * was on the screen; answers its photo, null for a photo that stands alone.
   */
  toggleBurst(id: string): Row | null {
    const at = this.find(id);
    const section = at ? this.sections[at.section] : undefined;
    const row = at && rowAt(section, 'tile', at.tile);
    const own = row && section?.stacked ? stackOf(section.stacked, row) : null;
    if (!at || !section || !own) return null;
    const top = (this.starts[at.section] ?? 0) + (tileBox(section, at.tile)?.top ?? 0);
    const anchor = { key: section.key, id: own.newest.id, offset: this.virtualTop - top };
    this.change(section.key, (before) => withToggled(before, own.id, this.measures), anchor);
    const stand = this.tileOf(own.newest.id);
    this.focused = stand?.id ?? null;
    this.build(0);
    return stand;
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
    const section = this.sections[spot.section];
    if (!section) return;
    this.jumpTo((this.starts[spot.section] ?? 0) + spot.within * section.height);
  }

  /** While the scrubber is dragged, pictures are not worth loading yet. */
  setFast(fast: boolean): void {
    this.fast = fast;
    if (!fast) this.draw();
  }

  /** Gives the keyboard to the tile that stands for a photo, and brings it into the viewport. */
  focusOn(id: string): void {
    this.focused = this.tileOf(id)?.id ?? id;
    this.reveal(id);
    this.build(0);
  }

  /** Brings the tile that stands for a photo into the viewport if it is not there already. */
  reveal(id: string): void {
    const at = this.find(id);
    const box = at && tileBox(this.sections[at.section], at.tile);
    if (!at || !box) return;
    const start = this.starts[at.section] ?? 0;
    const headings = this.measures.sectionHeading + this.measures.dayHeading;
    const top = start + box.top - headings;
    const bottom = start + box.top + box.height + this.measures.gap;
    if (top < this.virtualTop) this.jumpTo(top);
    else if (bottom > this.virtualTop + this.viewport) this.jumpTo(bottom - this.viewport);
  }

  /**
   * The photo before (-1) or after (1) another in this grid, loading what lies between; null at the ends. By tiles, the
   * other photos of a closed burst are passed over.
   */
  async neighbour(id: string, step: -1 | 1, walk: Walk = 'photo'): Promise<Row | null> {
    const at = this.find(id);
    if (!at) return null;
    const same = rowAt(this.sections[at.section], walk, at[walk] + step);
    if (same) return same;
    for (let index = at.section + step; index >= 0 && index < this.sections.length; index += step) {
      const row = entryOf(await this.loaded(index), walk, step);
      if (row) return row;
    }
    return this.beyond(id, step, walk);
  }

  /** The first photo of all (-1), or the last one that is known of (1). */
  async outermost(step: -1 | 1): Promise<Row | null> {
    const section = await this.loaded(step === -1 ? 0 : this.sections.length - 1);
    return entryOf(section, 'photo', step === -1 ? 1 : -1);
  }

  /** Whether a photo is among those that are loaded. */
  has(id: string): boolean {
    return this.find(id) !== null;
  }

  /** Every photo that is loaded, as it was when it was read last. */
  known(): readonly Row[] {
    return this.sections.flatMap(({ rows }) => rows ?? []);
  }

  /** The photo of the tile that an arrow key leads to from a focused one. */
  async across(id: string, step: -1 | 1): Promise<Row | null> {
    const at = this.find(id);
    const section = at ? this.sections[at.section] : undefined;
    if (!at || !section?.layout) return null;
    const index = neighbourAcross(section.layout, at.tile, step);
    if (index !== null) return rowAt(section, 'tile', index);
    const box = tileBox(section, at.tile);
    const other = await this.loaded(at.section + step);
    const band = step === 1 ? other?.layout?.bands[0] : other?.layout?.bands.at(-1);
    const nearest = band && box ? nearestTo(band, box.left + box.width / 2) : null;
    return nearest === null ? null : rowAt(other, 'tile', nearest);
  }

  /** The photos that the tile of a photo stands for. */
  photosOf(id: string): readonly Row[] {
    const at = this.find(id);
    const section = at ? this.sections[at.section] : undefined;
    return section && at ? photosOfTile(section, at.tile) : [];
  }

  /** The photos of a day, as far as its section is loaded. */
  photosOn(key: string, day: string): readonly Row[] {
    const section = this.sections.find((candidate) => candidate.key === key);
    return section ? photosFiledUnder(section, day) : [];
  }

  /** Every photo from one to another, both included, loading what lies between. */
  async between(a: string, b: string): Promise<readonly Row[]> {
    const [first, last] = [this.find(a), this.find(b)];
    if (!first || !last) return [];
    const [from, to] = isBefore(first, last) ? [first, last] : [last, first];
    const photos: Row[] = [];
    for (let index = from.section; index <= to.section; index += 1) {
      const section = await this.loaded(index);
      const begin = index === from.section ? from.tile : 0;
      const end = index === to.section ? to.tile : (section?.stacked?.shown.length ?? 0) - 1;
      for (let tile = begin; section && tile <= end; tile += 1) photos.push(...photosOfTile(section, tile));
    }
    return photos;
  }

  /** The photos whose tiles touch a rectangle; its heights are virtual positions. */
  touching(rect: Rect): readonly Row[] {
    const photos: Row[] = [];
    for (let i = Math.max(0, sectionAt(this.starts, rect.top)); i < this.sections.length; i += 1) {
      const start = this.starts[i] as number;
      if (start > rect.bottom) break;
      photos.push(
        ...photosTouching(this.sections[i] as Placed, {
          ...rect,
          top: rect.top - start,
          bottom: rect.bottom - start,
        }),
      );
    }
    return photos;
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

  private layOut(width: number, scale: number): void {
    this.scale = scale;
    this.keepingPlace(() => {
      this.measures = measuresFor(width, this.options.dated, scale);
      this.sections = this.sections.map((section) => laid(section, this.measures));
    });
  }

  private async beyond(id: string, step: -1 | 1, walk: Walk): Promise<Row | null> {
    const last = this.sections.at(-1);
    const before = last?.rows?.length ?? 0;
    if (step === -1 || !last || last.count <= before) return null;
    await this.options.load(last.key);
    const at = this.find(id);
    return at && rowAt(this.sections[at.section], walk, at[walk] + 1);
  }

  private async loaded(index: number): Promise<Placed | undefined> {
    const section = this.sections[index];
    if (!section || section.rows) return section;
    await this.options.load(section.key);
    return this.sections.find((candidate) => candidate.key === section.key);
  }

  private find(id: string): Found | null {
    for (const [section, { rows, stacked }] of this.sections.entries()) {
      const photo = rows?.findIndex((row) => row.id === id) ?? -1;
      if (photo >= 0) return { section, photo, tile: stacked?.standsAt[photo] ?? photo };
    }
    return null;
  }

  /** The photo of the tile that stands for a photo. */
  private tileOf(id: string): Row | null {
    const at = this.find(id);
    return at && rowAt(this.sections[at.section], 'tile', at.tile);
  }

  /** Puts another section in the place of the one with this key. */
  private change(key: string, to: (section: Placed) => Placed, anchor?: Anchor): void {
    const index = this.sections.findIndex((section) => section.key === key);
    const section = this.sections[index];
    if (!section) return;
    this.keepingPlace(() => (this.sections[index] = to(section)), anchor);
    this.draw();
  }

  /** Carries out a change of heights above or below, and moves `base` so that nothing on the screen moves. */
  private keepingPlace(
    change: () => void,
    anchor: Anchor | null = this.virtualTop > 1 ? this.anchor() : null,
  ): void {
    const before = this.virtualTop;
    // Whoever jumped to the end stays there, whatever height comes to light; seen photos stay where they are.
    const atEnd = anchor?.id === null && before >= lastTop(this.total, this.viewport) - 1;
    change();
    // The tile that had the keyboard may be in a stack now: the stack has it then.
    if (this.focused) this.focused = this.tileOf(this.focused)?.id ?? this.focused;
    this.starts = offsets(this.sections.map((section) => section.height));
    const end = atEnd ? lastTop(this.total, this.viewport) : null;
    const target = end ?? (anchor ? this.resolve(anchor) : null);
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
    const row = box ? rowAt(section, 'tile', box.index) : null;
    if (!box || !row) return { key: section.key, id: null, offset: within };
    return { key: section.key, id: row.id, offset: within - box.top };
  }

  private resolve(anchor: Anchor): number | null {
    const index = this.sections.findIndex((section) => section.key === anchor.key);
    const section = this.sections[index];
    if (!section) return null;
    const start = this.starts[index] ?? 0;
    const at = anchor.id === null ? -1 : (section.rows?.findIndex((row) => row.id === anchor.id) ?? -1);
    const box = tileBox(section, section.stacked?.standsAt[at] ?? -1);
    return box ? start + box.top + anchor.offset : start + Math.min(anchor.offset, section.height);
  }

  private moveTo(place: Place): void {
    this.place = place;
    this.space = spaceHeight(place.base, this.total, this.viewport);
    this.moveElement();
  }

  /** The element must be tall enough before it can be scrolled there: its height is set here, not in a later frame. */
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
    const sections: DrawnSection[] = [];
    const wanted: string[] = [];
    for (let i = Math.max(0, sectionAt(this.starts, Math.max(0, from))); i < this.sections.length; i += 1) {
      const start = this.starts[i] as number;
      if (start > to) break;
      const section = this.sections[i] as Placed;
      if (!section.rows || section.rows.length < section.count) wanted.push(section.key);
      sections.push(drawn(section, { start, base: this.place.base, from, to }));
    }
    this.drawn = sections;
    // Scrolling and rows that arrive draw more than once a frame.
    this.build(this.nextFrame === undefined ? pace.perFrame : 0);
    this.updateSpot(virtual);
    if (wanted.length > 0 && !this.fast) this.options.onWant(wanted);
  }

  /** Makes some more of what is drawn whole, and the rest in the frames that follow. */
  private build(more: number): void {
    const top = this.virtualTop - this.place.base;
    const wish = { top, bottom: top + this.viewport, more: this.fast ? 0 : more, focused: this.focused };
    const building = build(this.whole, this.drawn, wish);
    this.whole = building.whole;
    if (this.nextFrame !== undefined || this.fast || !building.unfinished) return;
    this.nextFrame = requestAnimationFrame(() => {
      this.nextFrame = undefined;
      this.build(pace.perFrame);
    });
  }

  private updateSpot(virtual: number): void {
    const index = Math.max(0, sectionAt(this.starts, virtual));
    const section = this.sections[index];
    const past = virtual - (this.starts[index] ?? 0);
    this.spot = { section: index, within: section && section.height > 0 ? past / section.height : 0 };
    const headed = section?.of?.first && past < this.measures.sectionHeading / 2;
    this.passing = headed ? null : (section?.of?.month ?? null);
  }
}

function isBefore(a: Found, b: Found): boolean {
  return a.section === b.section ? a.tile <= b.tile : a.section < b.section;
}
