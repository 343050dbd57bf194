/**
 * One photo's record while somebody edits it: what is shown changes at once, and goes back with a reason if the
 * library did not take it. Edits of one photo are sent one after the other.
 */
import { codeOf, isGone, messageOf, type Backend } from '../backend/backend';
import type { Change, HistoryItem, LabelList, OwnField, Photo, Row, Written } from '../backend/types';
import { t, type Key } from '../i18n/i18n';

export interface Chip {
  name: string;
  state: 'saved' | 'saving';
}

export type CaptionState = 'idle' | 'saving' | 'saved' | 'failed';

/** What a key or a click changes, shown before the library has it. */
type Mark = 'favorite' | 'rating';
type Marks = { favorite?: boolean; rating?: number };

/** Why a field's value was not taken, by the code and the field's type. */
const REFUSED: Record<string, Key> = {
  field_unknown: 'info.field.unknown',
  'bad_change number': 'info.field.number',
  'bad_change date': 'info.field.date',
  'bad_change choice': 'info.field.choice',
};
const LISTS: readonly LabelList[] = ['tags', 'albums', 'people'];

export class PhotoRecord {
  readonly id: string;
  photo = $state.raw<Photo | null>(null);
  /** Why there is no record: it is gone, or the reason in words. */
  missing = $state.raw<{ kind: 'gone' } | { kind: 'failed'; reason: string } | null>(null);
  labels = $state.raw<Record<LabelList, readonly Chip[]>>({ tags: [], albums: [], people: [] });
  labelFaults = $state.raw<Partial<Record<LabelList, string>>>({});
  captionState = $state<CaptionState>('idle');
  captionFault = $state<string | null>(null);
  /** Whether it was not saved because nobody answered. */
  captionWaits = $state(false);
  /** Why favourite or rating are what they were. */
  markFault = $state<string | null>(null);
  /** Fields of the household's own whose new value is on its way, and why others were not taken. */
  fieldsSaving = $state.raw<Readonly<Record<string, string>>>({});
  fieldFaults = $state.raw<Readonly<Record<string, string>>>({});
  /** Every edit, the oldest first; null until somebody asked for it. */
  history = $state.raw<readonly HistoryItem[] | null>(null);
  historyFault = $state<string | null>(null);
  settleFault = $state<string | null>(null);

  private marks = $state.raw<Marks>({});
  private readonly backend: Backend;
  private readonly row: Row;
  private readonly trouble: (error: unknown) => void;
  private queue: Promise<void> = Promise.resolve();
  private underWay = 0;

  /** `row` tells of the photo until its record is here. */
  constructor(backend: Backend, row: Row, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.id = row.id;
    this.row = row;
    this.trouble = trouble;
  }

  get favorite(): boolean {
    return this.marks.favorite ?? this.photo?.favorite ?? this.row.favorite;
  }

  get rating(): number {
    return this.marks.rating ?? this.photo?.rating ?? this.row.rating;
  }

  /** There is nothing to be seen of it any more, nor to be done with it. */
  get gone(): boolean {
    return this.missing?.kind === 'gone' || (this.photo?.purged ?? false);
  }

  async load(): Promise<void> {
    try {
      const photo = await this.backend.photo(this.id);
      this.missing = null;
      if (this.underWay === 0) this.accept(photo);
      if (this.history) await this.loadHistory();
    } catch (error) {
      if (isGone(error)) this.missing = { kind: 'gone' };
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
        await this.send(settling(written));
        if (this.history) await this.loadHistory();
      },
      (reason) => (this.settleFault = t('conflict.failed', { reason })),
    );
  }

  setFavorite(favorite: boolean): Promise<void> {
    if (favorite === this.favorite) return Promise.resolve();
    return this.mark('favorite', { favorite }, 'info.favorite.failed');
  }

  setRating(rating: number): Promise<void> {
    if (rating === this.rating) return Promise.resolve();
    return this.mark('rating', { rating }, 'info.rating.failed');
  }

  /** Labels differ by their letters, not by spaces around them; one that is there already is no edit. */
  addLabel(list: LabelList, text: string): Promise<void> {
    const name = text.trim();
    if (name === '' || this.labels[list].some((chip) => chip.name === name)) return Promise.resolve();
    this.setLabels(list, [...this.labels[list], { name, state: 'saving' }]);
    return this.inTurn(
      () => this.send({ [`add_${list}`]: [name] }, name),
      (reason) => {
        this.setLabels(
          list,
          this.labels[list].filter((chip) => chip.name !== name),
        );
        this.setLabelFault(list, t(`info.${list}.add.failed`, { name, reason }));
      },
    );
  }

  removeLabel(list: LabelList, name: string): Promise<void> {
    const before = this.labels[list];
    if (!before.some((chip) => chip.name === name)) return Promise.resolve();
    this.setLabels(
      list,
      before.filter((chip) => chip.name !== name),
    );
    return this.inTurn(
      () => this.send({ [`remove_${list}`]: [name] }),
      (reason) => {
        this.setLabels(list, before);
        this.setLabelFault(list, t(`info.${list}.remove.failed`, { name, reason }));
      },
    );
  }

  /** Answers the caption that is in force afterwards: the old one if it could not be saved. */
  async saveCaption(text: string): Promise<string> {
    const old = this.photo?.caption ?? '';
    const caption = text.trim();
    if (this.captionState === 'failed') this.captionState = 'idle';
    this.captionFault = null;
    this.captionWaits = false;
    if (caption === old) return old;
    this.captionState = 'saving';
    await this.inTurn(
      async () => {
        await this.send({ caption });
        this.captionState = 'saved';
      },
      (reason, code) => {
        this.captionState = 'failed';
        this.captionWaits = code === 'unreachable';
        this.captionFault = this.captionWaits
          ? t('info.caption.waits')
          : t('info.caption.failed', { reason });
      },
    );
    return this.photo?.caption ?? '';
  }

  /** Sets a field of the household's own; nothing in it takes the value away. Answers whether it was taken. */
  async setField({ name, type }: OwnField, text: string): Promise<boolean> {
    const value = text.trim();
    if (value === (this.photo?.fields[name] ?? '')) {
      this.fieldFaults = without(this.fieldFaults, name);
      return true;
    }
    this.fieldsSaving = { ...this.fieldsSaving, [name]: value };
    this.fieldFaults = without(this.fieldFaults, name);
    let taken = true;
    await this.inTurn(
      () => this.send({ fields: { [name]: value === '' ? null : value } }),
      (reason, code) => {
        taken = false;
        const known = REFUSED[`${code} ${type}`] ?? REFUSED[code];
        const why = t('info.field.failed', { reason: known ? t(known) : reason });
        this.fieldFaults = { ...this.fieldFaults, [name]: why };
      },
    );
    this.fieldsSaving = without(this.fieldsSaving, name);
    return taken;
  }

  private mark(what: Mark, change: Marks, failed: Key): Promise<void> {
    this.marks = { ...this.marks, ...change };
    this.markFault = null;
    /** Somebody may have chosen again since. */
    const settled = () => {
      if (this.marks[what] !== change[what]) return;
      this.marks = { ...this.marks, [what]: undefined };
    };
    return this.inTurn(
      async () => {
        await this.send(change);
        settled();
      },
      (reason) => {
        settled();
        this.markFault = t(failed, { reason });
      },
    );
  }

  private async send(change: Change, arrived?: string): Promise<void> {
    this.accept((await this.backend.edit(this.id, change)).photo, arrived);
  }

  private inTurn(edit: () => Promise<void>, failed: (reason: string, code: string) => void): Promise<void> {
    this.underWay += 1;
    this.labelFaults = {};
    const turn = this.queue.then(async () => {
      try {
        await edit();
      } catch (error) {
        failed(messageOf(error), codeOf(error));
        this.trouble(error);
      } finally {
        this.underWay -= 1;
      }
    });
    this.queue = turn;
    return turn;
  }

  /** Takes the library's answer; labels that are still on their way stay as they are shown. */
  private accept(photo: Photo, arrived?: string): void {
    this.photo = photo;
    for (const list of LISTS) {
      const waiting = this.labels[list].filter((chip) => chip.state === 'saving' && chip.name !== arrived);
      const saved = photo[list].filter((name) => !waiting.some((chip) => chip.name === name));
      this.setLabels(list, [...saved.map((name): Chip => ({ name, state: 'saved' })), ...waiting]);
    }
  }

  private setLabels(list: LabelList, chips: readonly Chip[]): void {
    this.labels = { ...this.labels, [list]: chips };
  }

  private setLabelFault(list: LabelList, fault: string): void {
    this.labelFaults = { ...this.labelFaults, [list]: fault };
  }
}

/** The change that makes a value of a conflict the one that stands. */
function settling({ field, value }: Written): Change {
  const own = /^fields\.(.+)$/s.exec(field);
  return own
    ? { fields: { [own[1] ?? '']: value as unknown as string | null } }
    : ({ [field]: value } as Change);
}

function without(map: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== name));
}
