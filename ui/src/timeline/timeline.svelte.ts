/** The timeline's photos: counts of all months first, the rows of a part of one when the viewport comes near. */
import { SvelteMap } from 'svelte/reactivity';
import { isAbort, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, MonthCount, Row, Timeline } from '../backend/types';
import { GridState } from './grid.svelte';
import { COUNTED, markOnce, photosFirst, ROWS } from './marks';
import { PART_PHOTOS, partsOf, type Part } from './parts';

/** Requests at a time: enough to fill a screen of small months, few enough to drop what was flown past. */
const LOADING_MAX = 3;
/** Rows kept in memory; parts furthest from the viewport go first. */
const ROWS_MAX = 60_000;
/** Quickest pace at which counts are asked for while an import runs. */
const REFRESH_MS = 400;
/** A part that could not be read is tried again after this long. */
const RETRY_MS = 5000;

export class TimelineState {
  months = $state.raw<readonly MonthCount[]>([]);
  /** The sections of the grid, newest first. */
  parts = $state.raw<readonly Part[]>([]);
  total = $state(0);
  /** False until the counts have come once. */
  ready = $state(false);
  fault = $state<string | null>(null);
  readonly grid: GridState;

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private readonly rows = new Map<string, readonly Row[]>();
  private readonly places = new SvelteMap<string, string>();
  private readonly stale = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly loading = new Map<string, Promise<void>>();
  private wanted: string[] = [];
  /** The keys of all parts. */
  private known: ReadonlySet<string> = new Set();
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private refreshed = 0;
  /** The question for the counts that is under way, and whether what it will answer is outdated already. */
  private asking: Promise<void> | undefined;
  private askAgain = false;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
    this.grid = new GridState({
      dated: true,
      onWant: (keys) => this.want(keys),
      load: (key) => this.loadPart(key),
    });
  }

  /** Asks for the counts for the first time. Throws what went wrong. */
  async begin(): Promise<void> {
    this.take(await this.backend.timeline());
  }

  /** Asks for the counts anew and for every month whose count changed. One question at a time: an answer that
   * comes late never overwrites a newer one. */
  load(): Promise<void> {
    this.askAgain = this.asking !== undefined;
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<void> {
    do {
      this.askAgain = false;
      try {
        this.take(await this.backend.timeline());
      } catch (error) {
        this.fail(error);
      }
    } while (this.askAgain);
  }

  private take(timeline: Timeline): void {
    markOnce(COUNTED);
    this.fault = null;
    this.accept(timeline.months);
    this.total = timeline.total;
    this.ready = true;
  }

  /** Everything may have changed: after a lost connection, say. */
  reload(): Promise<void> {
    for (const key of [...this.rows.keys(), ...this.loading.keys()]) this.stale.add(key);
    return this.load();
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos') return;
    const ids = event.ids ? new Set(event.ids) : null;
    for (const [key, rows] of this.rows) {
      if (!ids || rows.some((row) => ids.has(row.id))) this.stale.add(key);
    }
    // What is on its way may have been read before this happened.
    for (const key of this.loading.keys()) this.stale.add(key);
    this.refreshSoon();
  }

  private accept(months: readonly MonthCount[]): void {
    this.failed.clear();
    const before = new Map(this.months.map((month) => [month.month, month.count]));
    this.months = months;
    this.parts = partsOf(months);
    const counts = new Map(months.map(({ month, count }) => [month, count]));
    this.known = new Set(this.parts.map(({ key }) => key));
    for (const key of [...this.rows.keys(), ...this.loading.keys()]) {
      const month = key.slice(0, 'yyyy-mm'.length);
      if (!this.known.has(key)) this.rows.delete(key);
      else if (before.get(month) !== counts.get(month)) this.stale.add(key);
    }
    // A part that is being read again keeps showing what it had, at the size it had.
    this.grid.setSections(
      this.parts.map(({ key, month, count, first, last }) => {
        const rows = this.rows.get(key) ?? null;
        return { key, count: rows?.length ?? count, rows, of: { month, first, last } };
      }),
    );
    // Before the grid stands, it cannot say: then the newest photos are what it will want.
    const first = this.parts.slice(0, 1).map(({ key }) => key);
    this.want(this.wanted.length > 0 ? this.wanted : first);
  }

  private refreshSoon(): void {
    if (this.refreshing !== undefined) return;
    const wait = Math.max(0, this.refreshed + REFRESH_MS - Date.now());
    this.refreshing = setTimeout(() => {
      this.refreshing = undefined;
      this.refreshed = Date.now();
      void this.load();
    }, wait);
  }

  private want(keys: readonly string[]): void {
    this.wanted = [...keys];
    this.pump();
  }

  /** Starts what is wanted and not under way: missing parts, and stale ones that are on the screen. */
  private pump(): void {
    const onScreen = this.grid.drawn.map((section) => section.key);
    for (const key of [...this.wanted, ...onScreen]) {
      if (this.loading.size >= LOADING_MAX) return;
      // What was wanted may be gone by now.
      if (!this.known.has(key) || this.failed.has(key) || this.loading.has(key)) continue;
      if (this.rows.has(key) && !this.stale.has(key)) continue;
      void this.loadPart(key);
    }
  }

  private loadPart(key: string): Promise<void> {
    const underWay = this.loading.get(key);
    if (underWay) return underWay;
    const loading = this.fetchPart(key).finally(() => {
      this.loading.delete(key);
      this.pump();
    });
    this.loading.set(key, loading);
    return loading;
  }

  private async fetchPart(key: string): Promise<void> {
    const part = this.parts.find((known) => known.key === key);
    if (!part) return;
    this.stale.delete(key);
    try {
      const { rows } = await this.backend.month(part.month, part.from, PART_PHOTOS);
      markOnce(ROWS);
      if (!this.known.has(key)) return;
      this.rows.set(key, rows);
      this.grid.setRows(key, rows);
      this.evict();
      void this.fetchPlaces(part, rows);
    } catch (error) {
      this.failed.add(key);
      setTimeout(() => {
        if (this.failed.delete(key)) this.pump();
      }, RETRY_MS);
      this.fail(error);
    }
  }

  /** Where a day was spent; null where no place stands for it, or that is not known yet. */
  placeOf(day: string): string | null {
    return this.places.get(day) ?? null;
  }

  /** What heads a day is no reason to let the photos wait: it reads the record of each. */
  private async fetchPlaces(part: Part, rows: readonly Row[]): Promise<void> {
    try {
      await photosFirst();
      const days = await this.backend.days(part.month, part.from, PART_PHOTOS);
      // Rows that were read since bring their own.
      if (this.rows.get(part.key) !== rows) return;
      const found = new Map(days.map(({ day, place }) => [day, place]));
      for (const day of new Set(rows.map(({ taken_at }) => taken_at.slice(0, 'yyyy-mm-dd'.length)))) {
        const place = found.get(day);
        if (place === undefined) this.places.delete(day);
        else this.places.set(day, place);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private evict(): void {
    let kept = 0;
    for (const rows of this.rows.values()) kept += rows.length;
    if (kept <= ROWS_MAX) return;
    const here = this.grid.spot.section;
    const position = new Map(this.parts.map(({ key }, index) => [key, index]));
    const far = [...this.rows.keys()].sort(
      (a, b) => Math.abs((position.get(b) ?? 0) - here) - Math.abs((position.get(a) ?? 0) - here),
    );
    const drawn = new Set(this.grid.drawn.map((section) => section.key));
    for (const key of far) {
      if (kept <= ROWS_MAX) return;
      if (drawn.has(key)) continue;
      kept -= this.rows.get(key)?.length ?? 0;
      this.rows.delete(key);
      this.stale.delete(key);
      this.grid.forget(key);
    }
  }

  private fail(error: unknown): void {
    if (isAbort(error)) return;
    this.fault = messageOf(error);
    this.trouble(error);
  }
}
