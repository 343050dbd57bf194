/** The search as you type: one request at a time, stale ones aborted, results paged into a grid of their own. */
import { BackendError, isAbort, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, Row, SearchPage } from '../backend/types';
import { GridState } from '../timeline/grid.svelte';
import { markWrong, normalised, type Marked } from './query';

const DEBOUNCE_MS = 60;
const PAGE = 300;
/** Results follow the library at most this often. */
const REFRESH_MS = 700;

export type SearchFault =
  { kind: 'query'; message: string; marked: Marked } | { kind: 'failed'; message: string };

export class SearchState {
  /** What stands in the box. */
  text = $state('');
  total = $state(0);
  tookMs = $state(0);
  busy = $state(false);
  /** The query that the results answer; null before the first answer. */
  answered = $state<string | null>(null);
  fault = $state.raw<SearchFault | null>(null);
  readonly grid: GridState;

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private rows: Row[] = [];
  private next: string | null = null;
  private controller: AbortController | null = null;
  private debounce: ReturnType<typeof setTimeout> | undefined;
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private more: Promise<void> | null = null;
  /** Counts searches, so that the grid begins at its top for each and a late page never joins another's results. */
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

  /** True while results stand in the timeline's place. */
  get active(): boolean {
    return normalised(this.text) !== '';
  }

  type(text: string): void {
    this.text = text;
    clearTimeout(this.debounce);
    if (!this.active) {
      this.clear();
      return;
    }
    this.debounce = setTimeout(() => void this.run(), DEBOUNCE_MS);
  }

  clear(): void {
    clearTimeout(this.debounce);
    this.controller?.abort();
    this.text = '';
    this.busy = false;
    this.fault = null;
    this.answered = null;
    this.total = 0;
    this.round += 1;
    this.rows = [];
    this.next = null;
    this.grid.setSections([]);
    this.grid.jumpTo(0);
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos' || this.answered === null || this.refreshing !== undefined) return;
    this.refreshing = setTimeout(() => {
      this.refreshing = undefined;
      if (this.answered !== null && this.active) void this.run(true);
    }, REFRESH_MS);
  }

  /** `again`: the same query because the library changed, so the viewport stays where it is. */
  async run(again = false): Promise<void> {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    const query = normalised(this.text);
    this.busy = !again;
    try {
      const limit = again ? Math.max(PAGE, this.rows.length) : PAGE;
      const page = await this.backend.search(query, { limit, signal: controller.signal });
      if (controller.signal.aborted) return;
      this.accept(query, page, again);
    } catch (error) {
      if (isAbort(error) || controller.signal.aborted) return;
      this.refuse(error);
    } finally {
      if (this.controller === controller) this.busy = false;
    }
  }

  private accept(query: string, page: SearchPage, again: boolean): void {
    this.round += 1;
    this.fault = null;
    this.answered = query;
    this.total = page.total;
    this.tookMs = page.took_ms;
    this.rows = page.photos;
    this.next = page.next;
    this.show();
    if (!again) this.grid.jumpTo(0);
  }

  private refuse(error: unknown): void {
    if (error instanceof BackendError && error.code === 'bad_query') {
      const marked = markWrong(normalised(this.text), error.at ?? 0);
      this.fault = { kind: 'query', message: error.message, marked };
      return;
    }
    this.fault = { kind: 'failed', message: messageOf(error) };
    this.trouble(error);
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
      const page = await this.backend.search(query, { limit: PAGE, cursor });
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
