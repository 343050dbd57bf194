/**
 * What is done to photos: to those that are selected, or to the one that is open. Each action is one edit of the
 * household, shown while it is under way, with its way back.
 */
import { messageOf, type Backend } from '../backend/backend';
import type { Bulk, Change, EditState, Row, Which } from '../backend/types';
import type { CommandId } from '../commands/keymap';
import { changeLine } from '../history/words';
import { t } from '../i18n/i18n';
import { RecentAlbums } from './recent.svelte';
import type { SelectionState } from './selection.svelte';

/** A question that an action asks first. */
export type Question = 'tag' | 'album' | 'date' | 'place' | 'export' | 'purge';

/** Photos that something is to be done to. */
export interface Subject {
  which: Which;
  count: number;
  /** The one photo, where it is one. */
  row: Row | null;
}

export interface Asking {
  question: Question;
  subject: Subject;
}

/** What the rest of the app does for the actions. */
export interface Surroundings {
  selection: SelectionState;
  /** The photo that is open. */
  opened: () => Row | null;
  /** Whether what is selected or open is in the trash already. */
  inTrash: () => boolean;
  /** Called after photos left the page, with the one that was open. */
  left: (opened: Row | null) => void;
  notify: (text: string, tone: 'done' | 'warning', action?: { label: string; run: () => void }) => void;
  /** Says what was done, with its way back. */
  undoable: (text: string, state: EditState) => void;
  trouble: (error: unknown) => void;
}

const QUESTIONS: Partial<Record<CommandId, Question>> = {
  'photo.tag': 'tag',
  'photo.album': 'album',
  'photo.date': 'date',
  'photo.place': 'place',
  'photo.export': 'export',
};

export class PhotoActions {
  asking = $state.raw<Asking | null>(null);
  /** How many photos are being changed; 0 while none are. */
  changing = $state(0);

  readonly recent = new RecentAlbums();

  private readonly backend: Backend;
  private readonly around: Surroundings;
  /** What is being done: a key that is pressed twice, or a button, means one action. */
  private readonly underWay = new Set<string>();

  constructor(backend: Backend, around: Surroundings) {
    this.backend = backend;
    this.around = around;
  }

  /** What an action would be about; null where nothing is selected or open. */
  subject(): Subject | null {
    const row = this.around.opened();
    if (row) return { which: { ids: [row.id] }, count: 1, row };
    const { selection } = this.around;
    return selection.count > 0 ? { which: selection.which(), count: selection.count, row: null } : null;
  }

  /** Carries out a command on photos; false where it is none, or nothing is selected. */
  run(command: CommandId): boolean {
    const subject = this.subject();
    if (!subject) return false;
    const question = QUESTIONS[command];
    if (question) this.ask(question);
    else if (command === 'photo.favorite')
      void this.change({ favorite: !(subject.row?.favorite ?? this.around.selection.favorite) });
    else if (command === 'photo.trash') void this.trash();
    else if (command.startsWith('photo.rate.')) void this.change({ rating: Number(command.slice(-1)) });
    else return false;
    return true;
  }

  ask(question: Question, subject = this.subject()): void {
    if (subject) this.asking = { question, subject };
  }

  dismiss(): void {
    this.asking = null;
  }

  /** Changes the photos that a question was asked about, or else those that are selected or open. */
  async change(change: Change, subject = this.asking?.subject ?? this.subject()): Promise<boolean> {
    if (!subject) return false;
    this.asking = null;
    const { selection } = this.around;
    const { favorite } = change;
    const rows = typeof favorite === 'boolean' && !subject.row ? selection.loaded() : [];
    const done = await this.attempt(subject, change);
    if (!done) return false;
    if (change.add_albums) this.recent.add(change.add_albums);
    if (typeof favorite === 'boolean') selection.markFavorite(rows, favorite);
    if (!subject.row || change.trash !== undefined)
      this.around.undoable(
        t('actions.changed', { count: done.photos, what: changeLine(change) }),
        done.state,
      );
    return true;
  }

  /** Puts photos into the trash; those that are there are asked to go for good. */
  async trash(): Promise<void> {
    if (this.around.inTrash()) {
      this.ask('purge');
      return;
    }
    await this.leaving({ trash: true }, 'actions.trashed');
  }

  async restore(subject = this.subject()): Promise<void> {
    await this.leaving({ trash: false }, 'actions.restored', subject);
  }

  /** Takes photos out of an album. */
  async takeOut(album: string): Promise<void> {
    await this.leaving({ remove_albums: [album] }, 'actions.taken.out');
  }

  /** Deletes originals for good; whoever confirmed it was told of last copies. Throws what went wrong. */
  async purge(subject: Subject, lastCopies: string[]): Promise<void> {
    const opened = this.around.opened();
    this.changing += subject.count;
    try {
      const done = await this.backend.purge(subject.which, lastCopies);
      this.asking = null;
      this.around.notify(t('actions.purged', { count: done.photos }), 'done');
      this.forget(opened);
    } catch (error) {
      this.around.trouble(error);
      throw error;
    } finally {
      this.changing -= subject.count;
    }
  }

  private async leaving(
    change: Change,
    said: 'actions.trashed' | 'actions.restored' | 'actions.taken.out',
    subject = this.subject(),
  ): Promise<void> {
    if (!subject) return;
    const opened = this.around.opened();
    const done = await this.attempt(subject, change);
    if (!done) return;
    this.around.undoable(t(said, { count: done.photos }), done.state);
    this.forget(opened);
  }

  private forget(opened: Row | null): void {
    if (!opened) this.around.selection.clear();
    this.around.left(opened);
  }

  private async attempt({ which, count }: Subject, change: Change): Promise<Bulk | null> {
    const name = JSON.stringify([which, change]);
    if (this.underWay.has(name)) return null;
    this.underWay.add(name);
    this.changing += count;
    try {
      return await this.backend.editMany(which, change);
    } catch (error) {
      this.around.notify(t('actions.failed', { reason: messageOf(error) }), 'warning');
      this.around.trouble(error);
      return null;
    } finally {
      this.underWay.delete(name);
      this.changing -= count;
    }
  }
}
