/** Selected photos that another device has put into the trash, or back from it: they are no longer on this page. */
import { isGone, type Backend } from '../backend/backend';
import type { BackendEvent, SearchPage } from '../backend/types';
import type { SelectionState } from './selection.svelte';

/** What happens together is looked at together, and the search has followed by then. */
const SOON_MS = 1500;
/** More are not asked for one by one: the trash is read instead, so many photos at a time. */
const ASKED_MAX = 50;
const TRASH_PAGE = 5000;

interface Surroundings {
  selection: SelectionState;
  inTrash: () => boolean;
  /** Whether photos are being changed from here: what happens to them then is no news. */
  busy: () => boolean;
  /** Told how many are no longer selected. */
  dropped: (count: number) => void;
}

export class Vanished {
  private readonly backend: Backend;
  private readonly around: Surroundings;
  private soon: ReturnType<typeof setTimeout> | undefined;
  /** Photos of which something was heard; null stands for all. */
  private heard: Set<string> | null = new Set();

  constructor(backend: Backend, around: Surroundings) {
    this.backend = backend;
    this.around = around;
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos' || this.around.selection.count === 0) return;
    if (!event.ids) this.heard = null;
    else for (const id of event.ids) this.heard?.add(id);
    this.soon ??= setTimeout(() => void this.look(), SOON_MS);
  }

  stop(): void {
    clearTimeout(this.soon);
  }

  private async look(): Promise<void> {
    const { selection, inTrash, busy, dropped } = this.around;
    this.soon = busy() ? setTimeout(() => void this.look(), SOON_MS) : undefined;
    if (this.soon !== undefined) return;
    const { heard } = this;
    this.heard = new Set();
    const asked = selection.among((id) => heard?.has(id) ?? true);
    const trash = inTrash();
    const few = asked.length <= ASKED_MAX;
    const gone = few ? await this.goneByRecords(asked, trash) : await this.goneByTrash(asked, trash);
    const count = selection.drop(gone);
    if (count > 0) dropped(count);
  }

  private async goneByRecords(asked: readonly string[], inTrash: boolean): Promise<string[]> {
    const gone = await Promise.all(asked.map((id) => this.isGone(id, inTrash)));
    return asked.filter((_, index) => gone[index]);
  }

  private async goneByTrash(asked: readonly string[], inTrash: boolean): Promise<string[]> {
    const trashed = new Set<string>();
    let cursor: string | null = null;
    try {
      do {
        const page: SearchPage = await this.backend.search('is:trashed', { limit: TRASH_PAGE, cursor });
        for (const { id } of page.photos) trashed.add(id);
        cursor = page.next;
      } while (cursor !== null);
    } catch {
      // Nobody is gone as far as is known; an edit of them says itself what it came to.
      return [];
    }
    return asked.filter((id) => trashed.has(id) !== inTrash);
  }

  private async isGone(id: string, inTrash: boolean): Promise<boolean> {
    try {
      const { trashed, purged } = await this.backend.photo(id);
      return purged || trashed !== inTrash;
    } catch (error) {
      return isGone(error);
    }
  }
}
