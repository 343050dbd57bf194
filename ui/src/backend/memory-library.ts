/** The photos of the memory backend: what is on record, what edits make of it, labels and undo. */
import { BackendError } from './backend';
import { hash, idOf, invent, momentOf, picture, spread, whereIs, type Moment } from './memory-photos';
import type {
  Bulk,
  Change,
  Conflict,
  Counted,
  DayPlace,
  HistoryItem,
  Label,
  LabelList,
  MonthCount,
  OwnField,
  Photo,
  Row,
  Undone,
} from './types';

/** One action, and the photos before it. */
interface Remembered {
  before: Photo[];
  change: Change | null;
  /** The label that moved, and which of its list were made before. */
  moved: { label: Label; list: LabelList; made: Set<string> } | null;
  undone: boolean;
  height: number;
}

/** The lists of labels as an edit names them. */
const LISTS = { tags: 'tag', albums: 'album', people: 'person' } as const;

/** Photos that a search looks through, newest first: enough to try it, few enough to stay quick at a million. */
const SEARCHED_MAX = 20_000;

export class MemoryLibrary {
  height = 37;
  readonly searches = new Map<string, string>();
  readonly fields = new Map<string, OwnField>();
  /** Devices that hold originals; most of them are on two, if there are two. */
  holders: readonly string[] = ['0'.repeat(32)];

  private readonly bursts: boolean;
  private readonly changed: (ids: string[] | null) => void;
  private readonly edited = new Map<string, Photo>();
  private readonly actions: Remembered[] = [];
  private readonly made: Record<LabelList, Set<string>> = {
    tags: new Set(),
    albums: new Set(),
    people: new Set(),
  };
  private readonly purged = new Set<string>();
  /** With those in the trash. */
  private base: MonthCount[];

  /** `changed` is told after each block which photos it changed; null: too many to name. */
  constructor(photos: number, bursts: boolean, changed: (ids: string[] | null) => void) {
    this.base = spread(photos);
    this.bursts = bursts;
    this.changed = changed;
  }

  months(): MonthCount[] {
    const gone = new Map<string, number>();
    for (const photo of this.edited.values()) {
      const month = whereIs(photo.id)?.month ?? '';
      if (photo.trashed) gone.set(month, (gone.get(month) ?? 0) + 1);
    }
    return this.base
      .map(({ month, count }) => ({ month, count: count - (gone.get(month) ?? 0) }))
      .filter(({ count }) => count > 0);
  }

  total(): number {
    return this.months().reduce((sum, { count }) => sum + count, 0);
  }

  rows(month: string, from: number, limit: number): Row[] {
    const count = this.base.find((known) => known.month === month)?.count ?? 0;
    const rows: Row[] = [];
    let passed = 0;
    for (let number = 0; number < count && rows.length < limit; number += 1) {
      const id = idOf({ month, number, of: count });
      if (this.edited.get(id)?.trashed || (passed += 1) <= from) continue;
      const moment = this.momentOf(id);
      const row = rowOf(this.record(id));
      rows.push(moment ? { ...row, burst: idOf(moment.first) } : row);
    }
    return rows;
  }

  /** The days of some rows that one place stands for: those whose first photo has one. */
  days(rows: readonly Row[]): DayPlace[] {
    const days = new Map<string, string>();
    for (const { id, taken_at } of rows) {
      const { place } = this.record(id);
      if (place) days.set(taken_at.slice(0, 10), place);
    }
    return [...days].map(([day, place]) => ({ day, place }));
  }

  /** The record of a photo; throws what the API answers where there is none. */
  photo(id: string): Photo {
    if (!whereIs(id)) throw new BackendError('not_found', 'No such photo.', { status: 404 });
    return { ...structuredClone(this.record(id)), purged: this.purged.has(id) };
  }

  picture(id: string): string {
    const { width, height } = this.record(id);
    const moment = this.momentOf(id);
    return picture(moment ? idOf(moment.first) : id, width / height, moment?.place);
  }

  /** The newest photos, those in the trash and the purged ones left out unless told. */
  *newest(trashed = false): Generator<Photo> {
    let left = SEARCHED_MAX;
    for (const { month, count } of this.base) {
      for (let number = 0; number < count && left > 0; number += 1, left -= 1) {
        const photo = this.record(idOf({ month, number, of: count }));
        if (photo.trashed === trashed && !this.purged.has(photo.id)) yield photo;
      }
    }
  }

  change(ids: readonly string[], change: Change): Bulk {
    this.refuseFields(change);
    const before = ids.map((id) => this.photo(id));
    this.remember(before, change);
    this.keep(before.map((photo) => applied(photo, change)));
    return { state: 'committed', height: this.height, photos: ids.length };
  }

  /** Gives a photo what the others have, and puts those into the trash: one action. */
  keepBest(id: string, others: readonly string[]): Bulk {
    const kept = this.photo(id);
    const merged = others.map((other) => this.photo(other));
    const all = (list: LabelList) => merged.flatMap((photo) => photo[list]);
    const gains: Change = {
      add_tags: all('tags'),
      add_albums: all('albums'),
      add_people: all('people'),
      rating: Math.max(kept.rating, ...merged.map(({ rating }) => rating)),
      favorite: kept.favorite || merged.some(({ favorite }) => favorite),
    };
    this.remember([kept, ...merged], { trash: true });
    this.keep([applied(kept, gains), ...merged.map((photo) => applied(photo, { trash: true }))]);
    return { state: 'committed', height: this.height, photos: 1 + others.length };
  }

  undo(): Undone {
    const last = this.actions.findLast((action) => !action.undone);
    if (!last) throw new BackendError('nothing_to_undo', 'There is nothing to undo.', { status: 409 });
    last.undone = true;
    const { moved, change } = last;
    if (moved) this.made[moved.list] = moved.made;
    this.keep(last.before.map((photo) => structuredClone(photo)));
    const done = { undone: last.before.length, skipped: 0, state: 'committed', height: this.height } as const;
    return moved
      ? { ...done, what: 'label', label: moved.label }
      : { ...done, what: 'changed', ...(change ? { change } : {}) };
  }

  history(id: string, deviceName: string): HistoryItem[] {
    const device = { device: '0'.repeat(32), device_name: deviceName, state: 'committed' } as const;
    const at = '2024-06-02T10:00:00Z';
    const own = this.actions.filter(
      ({ before, undone }) => !undone && before.some((photo) => photo.id === id),
    );
    return [
      { ...device, unseen: [], edit: '0', height: 1, at, what: 'added' },
      ...own.flatMap(({ change, height }): HistoryItem[] => {
        if (!change) return [];
        return [{ ...device, unseen: [], edit: String(height), height, at, what: 'changed', change }];
      }),
    ];
  }

  /** `copies` tells how many of an original there are. */
  purge(ids: readonly string[], lastCopies: readonly string[], copies: (id: string) => number): Bulk {
    const photos = ids.map((id) => this.photo(id));
    const kept = photos.find((photo) => !photo.trashed);
    if (kept) throw new BackendError('not_in_trash', `${kept.id} is not in the trash.`, { status: 409 });
    const last = photos.filter(({ id }) => copies(id) < 2 && !lastCopies.includes(id));
    if (last.length > 0) {
      const detail = `of ${last.length} of these photos no other good copy is known than the last one`;
      throw new BackendError('last_copy', detail, { status: 409 });
    }
    for (const id of ids) this.purged.add(id);
    this.block([...ids]);
    return { state: 'committed', height: this.height, photos: ids.length };
  }

  labels(list: LabelList): Counted[] {
    const counts = new Map([...this.made[list]].map((name) => [name, 0]));
    for (const photo of this.newest())
      for (const name of photo[list]) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => a.name.localeCompare(b.name));
  }

  makeLabel(list: LabelList, name: string): Bulk {
    this.made[list].add(name);
    this.block([]);
    return { state: 'committed', height: this.height, photos: 0 };
  }

  /** `to` null takes the label away. */
  moveLabel(list: LabelList, from: string, to: string | null): Bulk {
    const below = (name: string) => name === from || (list === 'tags' && name.startsWith(`${from}/`));
    const moved = (name: string) => (to === null ? [] : [to + name.slice(from.length)]);
    const made = new Set(this.made[list]);
    for (const name of [...this.made[list]].filter(below)) {
      this.made[list].delete(name);
      for (const next of moved(name)) this.made[list].add(next);
    }
    const having = [...this.newest()].filter((photo) => photo[list].some(below));
    if (having.length === 0 && ![...made].some(below))
      throw new BackendError('label_unknown', `there is no ${LISTS[list]} \`${from}\``, { status: 404 });
    const label: Label = { list: LISTS[list], from, to };
    this.remember(having, null, { label, list, made });
    this.keep(
      having.map((photo) => {
        const names = photo[list].flatMap((name) => (below(name) ? moved(name) : [name]));
        return { ...structuredClone(photo), [list]: [...new Set(names)].sort() };
      }),
    );
    return { state: 'committed', height: this.height, photos: having.length };
  }

  /** Saves a search under a name, or forgets it. */
  keepSearch(name: string, query: string | null): void {
    if (query === null) this.searches.delete(name);
    else this.searches.set(name, query);
    this.block([]);
  }

  /** A photo more, in this month. */
  add(): string {
    const month = new Date().toISOString().slice(0, 7);
    const first = this.base[0];
    if (first?.month === month) first.count += 1;
    else this.base.unshift({ month, count: 1 });
    this.height += 1;
    const of = this.base[0]?.count ?? 1;
    return idOf({ month, number: of - 1, of });
  }

  disagree(id: string, caption: string, deviceName: string): void {
    const photo = this.photo(id);
    const written = (value: string, device_name: string, edit: string) => {
      return { field: 'caption', value, device: edit.repeat(32), device_name, edit, height: this.height };
    };
    const kept = written(photo.caption, deviceName, '0') as unknown as Conflict['kept'];
    const other = written(caption, 'Kitchen PC', '1') as unknown as Conflict['kept'];
    this.keep([{ ...photo, conflicts: [{ field: 'caption', kept, replaced: [other] }] }]);
  }

  tip(): string {
    return hash(`block ${this.height}`).toString(16).padStart(8, '0').repeat(8);
  }

  empty(): void {
    this.height = 0;
    this.base = [];
  }

  /** Values that the household's own fields do not hold. */
  private refuseFields({ fields = {} }: Change): void {
    for (const [name, value] of Object.entries(fields)) {
      if (value === null) continue;
      const field = this.fields.get(name);
      if (!field)
        throw new BackendError('field_unknown', `the household has no field \`${name}\``, { status: 404 });
      const holds = {
        text: true,
        number: value.trim() !== '' && !Number.isNaN(Number(value)),
        date: /^\d{4}-\d{2}-\d{2}$/.test(value),
        choice: field.choices?.includes(value) ?? false,
      }[field.type];
      if (!holds)
        throw new BackendError('bad_change', `“${value}” is no ${field.type}, which the field holds`, {
          status: 422,
        });
    }
  }

  private record(id: string): Photo {
    const known = this.edited.get(id);
    if (known) return known;
    const invented = invent(whereIs(id) ?? { month: '2000-01', number: 0, of: 1 }, this.momentOf(id));
    const holders = this.holders.slice(0, hash(id) % 5 === 0 ? 1 : 2);
    const verified_at = '2024-06-01T12:00:00Z';
    return { ...invented, replicas: holders.map((device) => ({ device, verified_at })) };
  }

  private remember(before: Photo[], change: Change | null, moved: Remembered['moved'] = null): void {
    this.actions.push({ before, change, moved, undone: false, height: this.height + 1 });
  }

  private momentOf(id: string): Moment | null {
    const where = this.bursts ? whereIs(id) : null;
    return where && momentOf(where);
  }

  private keep(photos: readonly Photo[]): void {
    for (const photo of photos) this.edited.set(photo.id, { ...photo, block: this.height + 1 });
    this.block(photos.length > 500 ? null : photos.map((photo) => photo.id));
  }

  private block(ids: string[] | null): void {
    this.height += 1;
    this.changed(ids);
  }
}

export function rowOf(photo: Photo): Row {
  const { id, taken_at, kind, thumbhash, favorite, rating, state } = photo;
  return { id, taken_at, kind, thumbhash, favorite, rating, state, ratio: photo.width / photo.height };
}

function applied(photo: Photo, change: Change): Photo {
  const merged = (has: string[], add: string[] = [], remove: string[] = []) =>
    [...new Set([...has, ...add])].filter((name) => !remove.includes(name)).sort();
  const fields = Object.entries({ ...photo.fields, ...change.fields });
  return {
    ...photo,
    tags: merged(photo.tags, change.add_tags, change.remove_tags),
    albums: merged(photo.albums, change.add_albums, change.remove_albums),
    people: merged(photo.people, change.add_people, change.remove_people),
    caption: change.caption ?? photo.caption,
    rating: change.rating ?? photo.rating,
    favorite: change.favorite ?? photo.favorite,
    taken_at: change.taken_at ?? photo.taken_at,
    taken_by_hand: photo.taken_by_hand || typeof change.taken_at === 'string',
    position: change.position === undefined ? (photo.position ?? null) : change.position,
    fields: Object.fromEntries(fields.filter((field): field is [string, string] => field[1] !== null)),
    trashed: change.trash ?? photo.trashed,
    conflicts: photo.conflicts.filter(({ field }) => !(field in change)),
  };
}
