/**
 * One photo's record while somebody edits it: what is shown changes at once, and goes back with a reason if the
 * library did not take it. Edits of one photo are sent one after the other.
 */
import { codeOf, messageOf, type Backend } from '../backend/backend';
import type { Change, HistoryItem, Photo, Written } from '../backend/types';
import { t } from '../i18n/i18n';

export interface Tag {
  name: string;
  state: 'saved' | 'saving';
}

export type CaptionState = 'idle' | 'saving' | 'saved' | 'failed';

export class PhotoRecord {
  readonly id: string;
  photo = $state.raw<Photo | null>(null);
  /** Why there is no record: it is gone, or the reason in words. */
  missing = $state.raw<{ kind: 'gone' } | { kind: 'failed'; reason: string } | null>(null);
  tags = $state.raw<readonly Tag[]>([]);
  tagFault = $state<string | null>(null);
  captionState = $state<CaptionState>('idle');
  captionFault = $state<string | null>(null);
  /** Every edit, the oldest first; null until somebody asked for it. */
  history = $state.raw<readonly HistoryItem[] | null>(null);
  historyFault = $state<string | null>(null);
  settleFault = $state<string | null>(null);

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private queue: Promise<void> = Promise.resolve();
  private underWay = 0;

  constructor(backend: Backend, id: string, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.id = id;
    this.trouble = trouble;
  }

  async load(): Promise<void> {
    try {
      const photo = await this.backend.photo(this.id);
      this.missing = null;
      if (this.underWay === 0) this.accept(photo);
      if (this.history) await this.loadHistory();
    } catch (error) {
      if (codeOf(error) === 'not_found' || codeOf(error) === 'http_404') this.missing = { kind: 'gone' };
      else {
        if (!this.photo) this.missing = { kind: 'failed', reason: messageOf(error) };
        this.trouble(error);
      }
    }
  }

  async loadHistory(): Promise<void> {
    try {
      this.history = await this.backend.history(this.id);
      this.historyFault = null;
    } catch (error) {
      this.historyFault = t('history.failed', { reason: messageOf(error) });
      this.trouble(error);
    }
  }

  /** Settles a conflict: an edit like any other, of somebody who has seen all the values. */
  use(written: Written): Promise<void> {
    this.settleFault = null;
    return this.inTurn(
      async () => {
        const change = { [written.field]: written.value } as Change;
        this.accept((await this.backend.edit(this.id, change)).photo);
        if (this.history) await this.loadHistory();
      },
      (reason) => (this.settleFault = t('conflict.failed', { reason })),
    );
  }

  /** Tags differ by their letters, not by spaces around them; one that is there already is no edit. */
  addTag(text: string): Promise<void> {
    const name = text.trim();
    if (name === '' || this.tags.some((tag) => tag.name === name)) return Promise.resolve();
    this.tags = [...this.tags, { name, state: 'saving' }];
    return this.inTurn(
      async () => this.accept((await this.backend.edit(this.id, { add_tags: [name] })).photo, name),
      (reason) => {
        this.tags = this.tags.filter((tag) => tag.name !== name);
        this.tagFault = t('info.tags.add.failed', { tag: name, reason });
      },
    );
  }

  removeTag(name: string): Promise<void> {
    const before = this.tags;
    if (!before.some((tag) => tag.name === name)) return Promise.resolve();
    this.tags = before.filter((tag) => tag.name !== name);
    return this.inTurn(
      async () => this.accept((await this.backend.edit(this.id, { remove_tags: [name] })).photo),
      (reason) => {
        this.tags = before;
        this.tagFault = t('info.tags.remove.failed', { tag: name, reason });
      },
    );
  }

  /** Answers the caption that is in force afterwards: the old one if it could not be saved. */
  async saveCaption(text: string): Promise<string> {
    const old = this.photo?.caption ?? '';
    const caption = text.trim();
    if (caption === old) return old;
    this.captionState = 'saving';
    this.captionFault = null;
    await this.inTurn(
      async () => {
        this.accept((await this.backend.edit(this.id, { caption })).photo);
        this.captionState = 'saved';
      },
      (reason) => {
        this.captionState = 'failed';
        this.captionFault = t('info.caption.failed', { reason });
      },
    );
    return this.photo?.caption ?? '';
  }

  private inTurn(edit: () => Promise<void>, failed: (reason: string) => void): Promise<void> {
    this.underWay += 1;
    this.tagFault = null;
    const turn = this.queue.then(async () => {
      try {
        await edit();
      } catch (error) {
        failed(messageOf(error));
        this.trouble(error);
      } finally {
        this.underWay -= 1;
      }
    });
    this.queue = turn;
    return turn;
  }

  /** Takes the library's answer; tags that are still on their way stay as they are shown. */
  private accept(photo: Photo, arrived?: string): void {
    this.photo = photo;
    const waiting = this.tags.filter((tag) => tag.state === 'saving' && tag.name !== arrived);
    const saved = photo.tags.filter((name) => !waiting.some((tag) => tag.name === name));
    this.tags = [...saved.map((name): Tag => ({ name, state: 'saved' })), ...waiting];
  }
}
