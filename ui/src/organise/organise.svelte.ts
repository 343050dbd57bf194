/** The albums and tags of the household: what there is, and making, renaming and removing one. */
import { messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, Bulk, Counted } from '../backend/types';
import { texts } from '../i18n/i18n';
import { queryOf } from '../navigation/pages';
import { Glances } from './glances.svelte';
import type { NameList } from './names';
import { above } from './tree';

/** The lists follow the library at most this often. */
const REFRESH_MS = 700;

/** A list of so many labels has a box to find one. */
export const FILTERED_MIN = 12;

/** As people sort: `Trip 2` before `Trip 10`. */
export const collator = new Intl.Collator(texts.language, { numeric: true });

export function byName(a: Counted, b: Counted): number {
  return collator.compare(a.name, b.name);
}

const PAGE = { albums: 'album', tags: 'tag' } as const;

export class Organise {
  /** Null until they were read. */
  albums = $state.raw<readonly Counted[] | null>(null);
  tags = $state.raw<readonly Counted[] | null>(null);
  /** Why they cannot be read; null while they can. */
  fault = $state<string | null>(null);
  /** Branches of the tree of tags that are open, as long as the window is. */
  opened = $state.raw<ReadonlySet<string>>(new Set());
  readonly glances: Glances;

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private shown = 0;
  private refreshing: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
    this.glances = new Glances(backend, trouble);
  }

  /** A page shows the lists, and keeps them up to date until it calls what this answers. */
  show(): () => void {
    this.shown += 1;
    void this.load();
    return () => {
      this.shown -= 1;
    };
  }

  async load(): Promise<void> {
    try {
      const [albums, tags] = await Promise.all([this.backend.labels('albums'), this.backend.labels('tags')]);
      this.touchChanged('albums', albums);
      this.touchChanged('tags', tags);
      this.albums = albums;
      this.tags = tags;
      this.fault = null;
    } catch (error) {
      this.fault = messageOf(error);
      this.trouble(error);
    }
  }

  onEvent(event: BackendEvent): void {
    this.glances.onEvent(event);
    if (event.type !== 'photos' && event.type !== 'block') return;
    if (this.shown === 0 || this.refreshing !== undefined) return;
    this.refreshing = setTimeout(() => {
      this.refreshing = undefined;
      if (this.shown > 0) void this.load();
    }, REFRESH_MS);
  }

  toggle(path: string, open: boolean): void {
    const opened = new Set(this.opened);
    if (open) opened.add(path);
    else opened.delete(path);
    this.opened = opened;
  }

  /** Throws what went wrong, as do the others. */
  make(list: NameList, name: string): Promise<Bulk> {
    return this.changing(() => this.backend.makeLabel(list, name));
  }

  rename(list: NameList, from: string, to: string): Promise<Bulk> {
    return this.changing(() => this.backend.renameLabel(list, from, to));
  }

  remove(list: NameList, name: string): Promise<Bulk> {
    return this.changing(() => this.backend.removeLabel(list, name));
  }

  private async changing(change: () => Promise<Bulk>): Promise<Bulk> {
    try {
      const done = await change();
      await this.load();
      return done;
    } catch (error) {
      this.trouble(error);
      throw error;
    }
  }

  /** A label that more or fewer photos have than before finds something else; a tag's is found above it, too. */
  private touchChanged(list: NameList, now: readonly Counted[]): void {
    const before = new Map(this[list]?.map(({ name, count }) => [name, count]));
    const after = new Map(now.map(({ name, count }) => [name, count]));
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      if (before.get(name) === after.get(name)) continue;
      const labels = list === 'tags' ? [...above(name), name] : [name];
      for (const label of labels) this.glances.touch(queryOf({ name: PAGE[list], label }));
    }
  }
}
