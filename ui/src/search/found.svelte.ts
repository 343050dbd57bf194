/** What one query finds: pages of rows in a grid of their own, facets, and the library's changes as they come. */
import { isAbort, type Backend } from '../backend/backend';
import type { BackendEvent, Facets, Row, SearchPage, Sort } from '../backend/types';
import { GridState } from '../timeline/grid.svelte';

const PAGE = 300;
/** Results follow the library at most this often. */
const REFRESH_MS = 700;

export class Found {
  /** The query that the results answer; null before the first answer. */
  answered = $state<string | null>(null);
  total = $state(0);
  facets = $state.raw<Facets | null>(null);
  busy = $state(false);
  /** What was thrown instead of an answer. */
  fault = $state.raw<{ error: unknown } | null>(null);
  sort = $state<Sort>('newest');
  readonly grid: GridState;

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private query: string | null = null;
  private rows: Row[] = [];
  private next: string | null = null;
  /** The order of what was answered, which the cursor belongs to. */
  private order: Sort = 'newest';
  private controller: AbortController | null = null;
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private more: Promise<void> | null = null;
  /** Counts searches, so that a late page never joins another's results. */
  private round = 0;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
    this.grid = new GridState({
      dated: false,
      onWant: () => void this.loadMore(),
      load: () => this.loadMore(),
    });
  }

  /** Searches, and begins at the top of the grid. What is under way for another query is dropped. */
  search(query: string): Promise<void> {
    this.query = query;
    return this.run(query, false);
  }

  /** The same again, whatever came of it. */
  async retry(): Promise<void> {
    if (this.query !== null) await this.run(this.query, false);
  }

  clear(): void {
    clearTimeout(this.refreshing);
    this.refreshing = undefined;
    this.controller?.abort();
    this.query = null;
    this.busy = false;
    this.fault = null;
    this.answered = null;
    this.total = 0;
    this.facets = null;
    this.round += 1;
    this.rows = [];
    this.next = null;
    this.grid.setSections([]);
    this.grid.jumpTo(0);
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos' || this.query === null || this.refreshing !== undefined) return;
    this.refreshing = setTimeout(() => {
      this.refreshing = undefined;
      // A query that is not answered yet is asked anew, as its writer left it.
      if (this.query !== null) void this.run(this.query, this.answered === this.query);
    }, REFRESH_MS);
  }

  /** `again`: the same query because the library changed, so the viewport stays where it is. */
  private async run(query: string, again: boolean): Promise<void> {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    this.busy = !again;
    try {
      const limit = again ? Math.max(PAGE, this.rows.length) : PAGE;
      const { sort } = this;
      const page = await this.backend.search(query, { limit, sort, signal: controller.signal });
      if (controller.signal.aborted) return;
      this.order = sort;
      this.accept(query, page);
      if (!again) this.grid.jumpTo(0);
    } catch (error) {
      if (isAbort(error) || controller.signal.aborted) return;
      this.fault = { error };
      this.trouble(error);
    } finally {
      if (this.controller === controller) this.busy = false;
    }
  }

  private accept(query: string, page: SearchPage): void {
    this.round += 1;
    this.fault = null;
    this.answered = query;
    this.total = page.total;
    this.facets = page.facets;
    this.rows = page.photos;
    this.next = page.next;
    this.show();
  }

  private loadMore(): Promise<void> {
    if (this.next === null || this.answered === null) return Promise.resolve();
    this.more ??= this.fetchMore(this.answered, this.next).finally(() => {
      this.more = null;
    });
    return this.more;
  }

  private async fetchMore(query: string, cursor: string): Promise<void> {
    const { round } = this;
    try {
      const page = await this.backend.search(query, { limit: PAGE, cursor, sort: this.order });
      if (round !== this.round) return;
      this.rows = [...this.rows, ...page.photos];
      this.next = page.next;
      this.show();
    } catch (error) {
      this.trouble(error);
    }
  }

  private show(): void {
    const key = 'results';
    const count = this.next === null ? this.rows.length : this.total;
    this.grid.setSections(this.rows.length === 0 ? [] : [{ key, count, rows: this.rows }]);
  }
}
