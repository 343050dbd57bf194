/** The searches that the household has saved under a name, the same on all devices. */
import { messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, SavedSearch } from '../backend/types';
import { t, texts } from '../i18n/i18n';
import type { Notice } from '../app.svelte';

/** Blocks come in bursts; one reading follows all of them. */
const REFRESH_MS = 600;

export interface SavedAround {
  notify: (text: string, tone?: Notice['tone'], action?: Notice['action']) => void;
  trouble: (error: unknown) => void;
}

export class SavedSearches {
  /** By name. */
  list = $state.raw<readonly SavedSearch[]>([]);

  private readonly backend: Backend;
  private readonly around: SavedAround;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  constructor(backend: Backend, around: SavedAround) {
    this.backend = backend;
    this.around = around;
  }

  async load(): Promise<void> {
    clearTimeout(this.soon);
    this.soon = undefined;
    const round = ++this.round;
    try {
      const searches = await this.backend.searches();
      if (round === this.round) this.list = inOrder(searches);
    } catch (error) {
      // What was read before stays; whoever watches the connection reads again once it is back.
      this.around.trouble(error);
    }
  }

  named(name: string): SavedSearch | null {
    return this.list.find((one) => one.name === name.trim()) ?? null;
  }

  /** Throws what went wrong, for whoever asked to say it. */
  async save(search: SavedSearch): Promise<void> {
    await this.backend.saveSearch(search);
    this.keep([...this.list.filter(({ name }) => name !== search.name), search]);
  }

  /** First the new name, then the old one away: what fails halfway leaves two, never none. */
  async rename(search: SavedSearch, name: string): Promise<void> {
    if (name === search.name) return;
    await this.save({ name, query: search.query });
    await this.backend.forgetSearch(search.name);
    this.keep(this.list.filter((one) => one.name !== search.name));
  }

  /** Removes it without a question: it can be taken back. */
  async forget(search: SavedSearch): Promise<void> {
    const name = texts.isolated(search.name);
    try {
      await this.backend.forgetSearch(search.name);
    } catch (error) {
      this.around.notify(t('saved.failed.forget', { name, reason: messageOf(error) }));
      this.around.trouble(error);
      return;
    }
    this.keep(this.list.filter((one) => one.name !== search.name));
    const again = { label: t('command.undo'), run: () => void this.restore(search) };
    this.around.notify(t('saved.forgotten', { name }), 'done', again);
  }

  onEvent(event: BackendEvent): void {
    if (event.type === 'block') this.soon ??= setTimeout(() => void this.load(), REFRESH_MS);
  }

  stop(): void {
    clearTimeout(this.soon);
  }

  private async restore(search: SavedSearch): Promise<void> {
    try {
      await this.save(search);
    } catch (error) {
      this.around.notify(t('saved.failed', { reason: messageOf(error) }));
      this.around.trouble(error);
    }
  }

  /** A reading that began before an edit must not bring back what was before it. */
  private keep(list: readonly SavedSearch[]): void {
    this.round += 1;
    this.list = inOrder(list);
  }
}

function inOrder(list: readonly SavedSearch[]): SavedSearch[] {
  return [...list].sort((a, b) => a.name.localeCompare(b.name, texts.language));
}
