/** A look at what many queries find: each one's newest photo and how many there are. */
import { Asked, type Answer } from '../backend/asked.svelte';
import type { Backend } from '../backend/backend';
import type { BackendEvent, Row } from '../backend/types';

export interface Glance {
  /** The newest photo; null where there is none. */
  row: Row | null;
  total: number;
}

export class Glances {
  private readonly asked: Asked<Glance>;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.asked = new Asked(async (query) => {
      const { photos, total } = await backend.search(query, { limit: 1 });
      return { row: photos[0] ?? null, total };
    }, trouble);
  }

  at(query: string): Answer<Glance> | null {
    return this.asked.at(query);
  }

  want(query: string): void {
    this.asked.want(query);
  }

  forgo(query: string): void {
    this.asked.forgo(query);
  }

  /** What a query finds has changed. */
  touch(query: string): void {
    this.asked.touch(query);
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos') return;
    const ids = event.ids ? new Set(event.ids) : null;
    this.asked.touchWhere(({ row }) => !ids || (row !== null && ids.has(row.id)));
  }
}
