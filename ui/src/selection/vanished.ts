/** Selected photos that another device has put into the trash, or back from it: they are no longer on this page. */
import { isGone, type Backend } from '../backend/backend';
import type { BackendEvent } from '../backend/types';
import type { SelectionState } from './selection.svelte';

/** By then the page has read again what is on it. */
const SOON_MS = 1500;
/** More are not asked for one by one; an edit of them says itself what it came to. */
const ASKED_MAX = 50;

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
    // Of many only those that the page lost are asked for.
    const many = heard === null || heard.size > ASKED_MAX;
    const asked = selection.among((id) => heard?.has(id) ?? true, many).slice(0, ASKED_MAX);
    const trash = inTrash();
    const gone = await Promise.all(asked.map((id) => this.isGone(id, trash)));
    const count = selection.drop(asked.filter((_, index) => gone[index]));
    if (count > 0) dropped(count);
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
