/** A look at what many queries find: each one's newest photo and how many there are. */
import { Asked, type Answer } from '../backend/asked.svelte';
import type { Backend } from '../backend/backend';
import type { BackendEvent, Row } from '../backend/types';

/** So many of the newest are looked through for one that has a picture. */
const LOOKED_AT = 12;

export interface Glance {
  /** The newest photo, or file where that is all they are; null where there is none. */
  row: Row | null;
  total: number;
}

export class Glances {
  private readonly asked: Asked<Glance>;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.asked = new Asked(async (query) => {
      const { photos, total } = await backend.search(query, { limit: LOOKED_AT });
      return { row: photos.find(({ kind }) => kind !== 'file') ?? photos[0] ?? null, total };
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
