/**
 * A look at what many queries find: each one's newest photo and how many there are. Asked for where it is seen, a few
 * at a time, and kept until the library's changes touch it.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Backend } from '../backend/backend';
import type { BackendEvent, Row } from '../backend/types';

const ASKING_MAX = 4;

export interface Glance {
  /** The newest photo; null where there is none. */
  row: Row | null;
  total: number;
  /** Something changed since; it is shown until there is a newer one. */
  stale: boolean;
}

export class Glances {
  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private readonly known = new SvelteMap<string, Glance>();
  /** Asked for and not begun, in turn. */
  private readonly waiting = new Set<string>();
  private readonly asking = new Set<string>();

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
  }

  at(query: string): Glance | null {
    return this.known.get(query) ?? null;
  }

  want(query: string): void {
    const known = this.known.get(query);
    if ((known && !known.stale) || this.asking.has(query)) return;
    this.waiting.add(query);
    this.pump();
  }

  /** It is not seen any more. */
  forgo(query: string): void {
    this.waiting.delete(query);
  }

  /** What a query finds has changed. */
  touch(query: string): void {
    const known = this.known.get(query);
    if (known && !known.stale) this.known.set(query, { ...known, stale: true });
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos') return;
    const ids = event.ids ? new Set(event.ids) : null;
    for (const [query, { row }] of this.known) if (!ids || (row && ids.has(row.id))) this.touch(query);
  }

  private pump(): void {
    for (const query of this.waiting) {
      if (this.asking.size >= ASKING_MAX) return;
      this.waiting.delete(query);
      this.asking.add(query);
      void this.ask(query).finally(() => {
        this.asking.delete(query);
        this.pump();
      });
    }
  }

  private async ask(query: string): Promise<void> {
    try {
      const { photos, total } = await this.backend.search(query, { limit: 1 });
      this.known.set(query, { row: photos[0] ?? null, total, stale: false });
    } catch (error) {
      this.trouble(error);
    }
  }
}
