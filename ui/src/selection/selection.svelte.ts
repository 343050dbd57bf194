/** Which photos are selected: some, one by one, or all that a grid shows but for a few. One grid at a time. */
import type { Row, Which } from '../backend/types';
import type { GridState } from '../timeline/grid.svelte';

/** Everything that a query finds, but for `except`. */
interface All {
  query: string;
  total: number;
  except: ReadonlySet<string>;
}

const NONE: ReadonlyMap<string, Row> = new Map();
const NOBODY: ReadonlySet<string> = new Set();

export class SelectionState {
  /** Where the next range begins. */
  anchor = $state.raw<Row | null>(null);
  /** What Shift would select together with what is selected. */
  preview = $state.raw<ReadonlySet<string>>(NOBODY);

  private rows = $state.raw(NONE);
  private all = $state.raw<All | null>(null);
  private grid: GridState | null = null;
  /** What was made of photos since these very rows were read. */
  private readonly made = new WeakMap<Row, boolean>();
  /** Counts previews, so that one that took long never comes after a newer one. */
  private previewed = 0;

  get count(): number {
    return this.all ? Math.max(0, this.all.total - this.all.except.size) : this.rows.size;
  }

  /** A few of the selected photos, for something to be shown by them. */
  get sample(): Row[] {
    return [...this.rows.values()].slice(0, 3);
  }

  has(id: string): boolean {
    return this.all ? !this.all.except.has(id) : this.rows.has(id);
  }

  /** Whether all of them are favourites, as far as they are loaded. */
  get favorite(): boolean {
    const rows = this.loaded();
    return rows.length > 0 && rows.every((row) => this.made.get(row) ?? row.favorite);
  }

  /** They were made favourites, or no longer: so they are here, too, until their rows are read again. */
  markFavorite(rows: readonly Row[], favorite: boolean): void {
    for (const row of rows) this.made.set(row, favorite);
  }

  /** The rows of the selected photos, as far as they are loaded, as they were read last. */
  loaded(): readonly Row[] {
    const known = this.grid?.known() ?? [];
    if (this.all) return known.filter(({ id }) => this.has(id));
    const newer = new Map(known.map((row) => [row.id, row]));
    return [...this.rows.values()].map((row) => newer.get(row.id) ?? row);
  }

  /** Those of the photos that are selected one by one. */
  among(concerned: (id: string) => boolean): string[] {
    return [...this.rows.keys()].filter(concerned);
  }

  /** Photos that are gone are no longer selected; answers how many were. */
  drop(ids: readonly string[]): number {
    const rows = new Map(this.rows);
    const count = ids.filter((id) => rows.delete(id)).length;
    if (count > 0) this.rows = rows;
    if (this.anchor && ids.includes(this.anchor.id)) this.anchor = null;
    return count;
  }

  /** Everything stays everything when photos come and go. */
  recount(grid: GridState, total: number): void {
    if (this.all && this.grid === grid && this.all.total !== total) this.all = { ...this.all, total };
  }

  /** What an edit names them by. */
  which(): Which {
    if (!this.all) return { ids: [...this.rows.keys()] };
    const except = [...this.all.except];
    return except.length === 0 ? { query: this.all.query } : { query: this.all.query, except };
  }

  clear(): void {
    this.rows = NONE;
    this.all = null;
    this.anchor = null;
    this.unpreview();
  }

  /** Selects photos of a grid; if all of them are, none any more. */
  toggle(grid: GridState, photos: readonly Row[]): void {
    this.enter(grid);
    const wanted = !photos.every(({ id }) => this.has(id));
    this.set(photos, wanted);
    this.anchor = photos[0] ?? null;
    this.unpreview();
  }

  /** Selects from the anchor to a photo. */
  async extend(grid: GridState, to: Row): Promise<void> {
    this.enter(grid);
    const range = await this.rangeTo(grid, to);
    this.set(range, true);
    this.anchor = to;
    this.unpreview();
  }

  /** Shows what `extend` would select. */
  async previewTo(grid: GridState, to: Row): Promise<void> {
    if (this.grid !== grid || !this.anchor) return;
    const asked = ++this.previewed;
    const range = await this.rangeTo(grid, to);
    if (asked === this.previewed) this.preview = new Set(range.map(({ id }) => id));
  }

  unpreview(): void {
    this.previewed += 1;
    if (this.preview.size > 0) this.preview = NOBODY;
  }

  /** What was selected before and these: for a rectangle that is being drawn. */
  draw(grid: GridState, before: ReadonlyMap<string, Row>, photos: readonly Row[]): void {
    this.enter(grid);
    this.all = null;
    this.rows = new Map([...before, ...photos.map((row): [string, Row] => [row.id, row])]);
    this.anchor = photos.at(-1) ?? this.anchor;
  }

  /** What a rectangle adds to. */
  drawn(grid: GridState): ReadonlyMap<string, Row> {
    return this.grid === grid ? this.rows : NONE;
  }

  selectAll(grid: GridState, query: string, total: number): void {
    this.enter(grid);
    this.rows = NONE;
    this.all = { query, total, except: NOBODY };
    this.unpreview();
  }

  /** Selecting in another grid begins anew. */
  private enter(grid: GridState): void {
    if (this.grid === grid) return;
    this.clear();
    this.grid = grid;
  }

  private async rangeTo(grid: GridState, to: Row): Promise<readonly Row[]> {
    return this.anchor ? grid.between(this.anchor.id, to.id) : grid.photosOf(to.id);
  }

  private set(photos: readonly Row[], wanted: boolean): void {
    if (this.all) {
      const except = new Set(this.all.except);
      for (const { id } of photos) {
        if (wanted) except.delete(id);
        else except.add(id);
      }
      this.all = { ...this.all, except };
      if (this.count === 0) this.clear();
      return;
    }
    const rows = new Map(this.rows);
    for (const row of photos) {
      if (wanted) rows.set(row.id, row);
      else rows.delete(row.id);
    }
    this.rows = rows;
  }
}
