/**
 * Deleting originals for good: asked once, and once more for those of which no other good copy is known. Which these
 * are the library does not name when it refuses, so their records are read.
 */
import { codeOf, messageOf, type Backend } from '../backend/backend';
import type { Photo, Which } from '../backend/types';
import type { PhotoActions, Subject } from '../selection/actions.svelte';

/** Ids of one page, and records read at a time. */
const PAGE = 5000;
const READING_MAX = 6;
/** An original on fewer devices is gone for ever when it is purged, as far as the household knows. */
const COPIES_MIN = 2;

/** How a photo is shown to whoever decides about its last copy. */
export type LastCopy = Pick<Photo, 'id' | 'name' | 'kind' | 'thumbhash'>;

export class Purging {
  /** The first question, reading which are last copies, or the second question. */
  stage = $state<'ask' | 'looking' | 'last'>('ask');
  busy = $state(false);
  looked = $state(0);
  last = $state.raw<readonly LastCopy[]>([]);
  fault = $state<string | null>(null);
  readonly subject: Subject;

  private readonly backend: Backend;
  private readonly actions: PhotoActions;
  private stopped = false;

  constructor(backend: Backend, actions: PhotoActions, subject: Subject) {
    this.backend = backend;
    this.actions = actions;
    this.subject = subject;
  }

  /** Deletes; those that are shown as last copies were agreed to. */
  async go(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.fault = null;
    try {
      const which = await this.named();
      await this.actions.purge(
        { ...this.subject, which },
        this.last.map(({ id }) => id),
      );
    } catch (error) {
      if (codeOf(error) === 'last_copy') await this.look();
      else this.fault = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  /** The question was closed. */
  stop(): void {
    this.stopped = true;
  }

  /** Finds the last copies. Where those that were found did not do, every photo is taken for one. */
  private async look(): Promise<void> {
    const before = this.last.length;
    this.stage = 'looking';
    this.looked = 0;
    try {
      const photos = await this.read(await this.ids());
      const last = photos.filter(isLastCopy);
      this.last = last.length > before ? last : photos;
      this.stage = 'last';
    } catch (error) {
      this.fault = messageOf(error);
      this.stage = before === 0 ? 'ask' : 'last';
    }
  }

  private async read(ids: readonly string[]): Promise<Photo[]> {
    const photos: (Photo | null)[] = [];
    let at = 0;
    const reader = async () => {
      while (at < ids.length && !this.stopped) {
        const index = at;
        at += 1;
        photos[index] = await this.record(ids[index] ?? '');
        this.looked += 1;
      }
    };
    await Promise.all(Array.from({ length: READING_MAX }, reader));
    return photos.filter((photo) => photo !== null);
  }

  /** Null where it is gone by now. */
  private async record(id: string): Promise<Photo | null> {
    try {
      return await this.backend.photo(id);
    } catch (error) {
      if (['not_found', 'photo_unknown', 'purged', 'http_404'].includes(codeOf(error))) return null;
      throw error;
    }
  }

  /** Photos left out of what a query finds are left out here: purging knows ids or a query. */
  private async named(): Promise<Which> {
    const { which } = this.subject;
    return 'query' in which && which.except ? { ids: await this.ids() } : which;
  }

  private async ids(): Promise<string[]> {
    const { which } = this.subject;
    if ('ids' in which) return which.ids;
    const except = new Set(which.except);
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await this.backend.search(which.query, { limit: PAGE, cursor });
      for (const { id } of page.photos) if (!except.has(id)) ids.push(id);
      cursor = page.next;
    } while (cursor !== null && !this.stopped);
    return ids;
  }
}

/** What nobody has hashed yet is not known to be good. */
export function isLastCopy({ replicas }: Pick<Photo, 'replicas'>): boolean {
  return replicas.filter(({ verified_at }) => verified_at).length < COPIES_MIN;
}
