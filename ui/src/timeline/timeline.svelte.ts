/** The timeline's photos: counts of all months first, the rows of a month when the viewport comes near. */
import { isAbort, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, MonthCount, Row } from '../backend/types';
import { GridState } from './grid.svelte';

/** Requests at a time: enough to fill a screen of small months, few enough to drop what was flown past. */
const LOADING_MAX = 3;
/** Rows kept in memory; months furthest from the viewport go first. */
const ROWS_MAX = 120_000;
/** Quickest pace at which counts are asked for while an import runs. */
const REFRESH_MS = 400;
/** A month that could not be read is tried again after this long. */
const RETRY_MS = 5000;

export class TimelineState {
  months = $state.raw<readonly MonthCount[]>([]);
  total = $state(0);
  /** False until the counts have come once. */
  ready = $state(false);
  fault = $state<string | null>(null);
  readonly grid: GridState;

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private readonly rows = new Map<string, readonly Row[]>();
  private readonly stale = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly loading = new Map<string, Promise<void>>();
  private wanted: string[] = [];
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private refreshed = 0;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
    this.grid = new GridState({
      dated: true,
      onWant: (keys) => this.want(keys),
      load: (key) => this.loadMonth(key),
    });
  }

  /** Asks for the counts anew and for every month whose count changed. */
  async load(): Promise<void> {
    try {
      const timeline = await this.backend.timeline();
      this.fault = null;
      this.accept(timeline.months);
      this.total = timeline.total;
      this.ready = true;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Everything may have changed: after a lost connection, say. */
  reload(): Promise<void> {
    for (const month of this.rows.keys()) this.stale.add(month);
    return this.load();
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos') return;
    const ids = event.ids ? new Set(event.ids) : null;
    for (const [month, rows] of this.rows) {
      if (!ids || rows.some((row) => ids.has(row.id))) this.stale.add(month);
    }
    this.refreshSoon();
  }

  private accept(months: readonly MonthCount[]): void {
    this.failed.clear();
    const before = new Map(this.months.map((month) => [month.month, month.count]));
    for (const { month, count } of months) {
      if (this.rows.has(month) && before.get(month) !== count) this.stale.add(month);
    }
    const left = new Set(months.map(({ month }) => month));
    for (const month of this.rows.keys()) if (!left.has(month)) this.rows.delete(month);
    this.months = months;
    // A month that is being read again keeps showing what it had, at the size it had.
    this.grid.setSections(
      months.map(({ month, count }) => {
        const rows = this.rows.get(month) ?? null;
        return { key: month, count: rows?.length ?? count, rows };
      }),
    );
    this.want(this.wanted);
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

  /** Starts what is wanted and not under way: missing months, and stale ones that are on the screen. */
  private pump(): void {
    const onScreen = this.grid.drawn.map((section) => section.key);
    for (const month of [...this.wanted, ...onScreen]) {
      if (this.loading.size >= LOADING_MAX) return;
      if (this.failed.has(month) || this.loading.has(month)) continue;
      if (this.rows.has(month) && !this.stale.has(month)) continue;
      void this.loadMonth(month).then(() => this.pump());
    }
  }

  private loadMonth(month: string): Promise<void> {
    const underWay = this.loading.get(month);
    if (underWay) return underWay;
    const loading = this.fetchMonth(month).finally(() => this.loading.delete(month));
    this.loading.set(month, loading);
    return loading;
  }

  private async fetchMonth(month: string): Promise<void> {
    this.stale.delete(month);
    try {
      const { rows } = await this.backend.month(month);
      if (!this.months.some((known) => known.month === month)) return;
      this.rows.set(month, rows);
      this.grid.setRows(month, rows);
      this.evict();
    } catch (error) {
      this.failed.add(month);
      setTimeout(() => {
        if (this.failed.delete(month)) this.pump();
      }, RETRY_MS);
      this.fail(error);
    }
  }

  private evict(): void {
    let kept = 0;
    for (const rows of this.rows.values()) kept += rows.length;
    if (kept <= ROWS_MAX) return;
    const here = this.grid.spot.month;
    const position = new Map(this.months.map(({ month }, index) => [month, index]));
    const far = [...this.rows.keys()].sort(
      (a, b) => Math.abs((position.get(b) ?? 0) - here) - Math.abs((position.get(a) ?? 0) - here),
    );
    const drawn = new Set(this.grid.drawn.map((section) => section.key));
    for (const month of far) {
      if (kept <= ROWS_MAX) return;
      if (drawn.has(month)) continue;
      kept -= this.rows.get(month)?.length ?? 0;
      this.rows.delete(month);
      this.stale.delete(month);
      this.grid.forget(month);
    }
  }

  private fail(error: unknown): void {
    if (isAbort(error)) return;
    this.fault = messageOf(error);
    this.trouble(error);
  }
}
