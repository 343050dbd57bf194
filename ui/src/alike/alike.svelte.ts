/** The groups of photos that look alike, page by page as somebody goes through them. */
import { Asked } from '../backend/asked.svelte';
import { messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, Bulk, Card, Photo } from '../backend/types';
import { keepHidden, keyOf, readHidden, withKey } from './hidden';

const PAGE = 12;
/** Most groups of one answer. */
const ANSWER_MAX = 500;
/** The groups follow the library at most this often. */
const REFRESH_MS = 1500;

export interface Group {
  key: string;
  photos: readonly Card[];
}

export class AlikeState {
  /** Null until the first of them came; those that are hidden are left out. */
  groups = $state.raw<readonly Group[] | null>(null);
  /** How many there are in all, hidden ones included. */
  total = $state(0);
  /** Groups asked for so far, whatever came of them. */
  asked = $state(0);
  busy = $state(false);
  /** Why there are no more of them than these; null while there is nothing wrong. */
  fault = $state<string | null>(null);
  hidden = $state.raw<readonly string[]>(readHidden());
  /** Records, for what the list does not tell. */
  readonly records: Asked<Photo>;

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private all: Group[] = [];
  private round = 0;
  private refreshing: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
    this.records = new Asked((id) => backend.photo(id), trouble);
  }

  /** Whether all of them have come. */
  get complete(): boolean {
    return this.groups !== null && this.asked >= this.total;
  }

  /** Groups that are left and not hidden, as far as that is known. */
  get left(): number {
    const hiding = this.all.length - (this.groups?.length ?? 0);
    return Math.max(this.groups?.length ?? 0, this.total - hiding);
  }

  /** The next page. */
  async more(): Promise<void> {
    if (this.busy || this.complete) return;
    await this.read(this.asked, PAGE);
  }

  /** All that were read so far, as they are now. */
  async refresh(): Promise<void> {
    await this.read(0, Math.min(ANSWER_MAX, Math.max(PAGE, this.asked)));
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos') return;
    const ids = event.ids ? new Set(event.ids) : null;
    this.records.touchWhere((_, id) => !ids || ids.has(id));
    if (this.refreshing !== undefined) return;
    this.refreshing = setTimeout(() => {
      this.refreshing = undefined;
      void this.refresh();
    }, REFRESH_MS);
  }

  stop(): void {
    clearTimeout(this.refreshing);
    this.round += 1;
  }

  /** Merges the others into the one that is kept; the group is done with. Throws what went wrong. */
  async keep(group: Group, kept: string, others: string[]): Promise<Bulk> {
    try {
      const done = await this.backend.keepBest(kept, others);
      this.all = this.all.filter(({ key }) => key !== group.key);
      this.total -= 1;
      this.asked -= 1;
      this.show();
      return done;
    } catch (error) {
      this.trouble(error);
      throw error;
    }
  }

  /** The photos of a group are not the same; it is not shown on this device any more. */
  hide(group: Group): void {
    this.hidden = withKey(this.hidden, group.key);
    keepHidden(this.hidden);
    this.show();
  }

  unhide(group: Group): void {
    this.hidden = this.hidden.filter((key) => key !== group.key);
    keepHidden(this.hidden);
    this.show();
  }

  private async read(skip: number, limit: number): Promise<void> {
    this.round += 1;
    const { round } = this;
    this.busy = true;
    try {
      const page = await this.backend.alike(skip, limit);
      if (round !== this.round) return;
      const groups = page.groups.map(({ photos }) => ({ key: keyOf(photos.map(({ id }) => id)), photos }));
      const before = skip === 0 ? [] : this.all;
      const known = new Set(before.map(({ key }) => key));
      this.all = [...before, ...groups.filter(({ key }) => !known.has(key))];
      // Fewer may come than were asked for: those in the trash by now are left out.
      this.asked = skip + limit;
      this.total = page.total;
      this.fault = null;
      this.show();
    } catch (error) {
      if (round === this.round) this.fault = messageOf(error);
      this.trouble(error);
    } finally {
      if (round === this.round) this.busy = false;
    }
  }

  private show(): void {
    this.groups = this.all.filter(({ key }) => !this.hidden.includes(key));
  }
}
