/** A library in memory: for tests, and for `npm run dev` with `?backend=memory` (`&photos=` and `&devices=` so many). */
import { BackendError, type Backend, type Desktop, type NativeDrop, type SearchOptions } from './backend';
import { MemoryHousehold } from './memory-household';
import { hash, idOf, invent, momentOf, picture, spread, whereIs, type Moment } from './memory-photos';
import type {
  Agreed,
  AgreedChange,
  BackendEvent,
  BucketState,
  Change,
  Conflict,
  DeviceChange,
  Edited,
  EditState,
  Given,
  HistoryItem,
  ImportJob,
  Invitation,
  InvitationWish,
  Ledger,
  Month,
  MonthCount,
  Photo,
  Recovered,
  RecoveryKey,
  Row,
  SearchPage,
  TagCount,
  Timeline,
  Undone,
  Uploaded,
} from './types';

export interface MemoryOptions {
  photos?: number;
  /** False: no library yet, as on the first start. */
  library?: boolean;
  /** True: paths, choosers and native drops, as in the desktop window. */
  desktop?: boolean;
  /** Devices of the household, this one included. */
  devices?: number;
  /** Whether some of the photos were taken in bursts. */
  bursts?: boolean;
  /** Milliseconds that each answer takes. */
  latency?: number;
}

/** An edit, and the photo before it. */
interface Remembered {
  id: string;
  before: Photo;
  change: Change;
  undone: boolean;
  height: number;
}

/** Photos that the search looks through, newest first: enough to try it, few enough to stay quick at a million. */
const SEARCHED_MAX = 20_000;

export class MemoryBackend implements Backend {
  readonly desktop: Desktop | null;
  /** The other devices, for tests to turn off, let in and so on. */
  readonly others: MemoryHousehold;
  /** Set to make every call fail as if nothing answered. */
  unreachable = false;
  /** Set to make the next edits fail with this message. */
  editFault: string | null = null;
  /** Where the recovery key was saved last. */
  savedTo: string | null = null;

  private readonly options: Required<MemoryOptions>;
  private readonly listeners = new Set<(event: BackendEvent) => void>();
  private readonly dropListeners = new Set<(drop: NativeDrop) => void>();
  private readonly edited = new Map<string, Photo>();
  private readonly edits: Remembered[] = [];
  private readonly jobs = new Map<string, ImportJob>();
  private months: MonthCount[];
  private household: string | null;
  private height = 37;

  constructor(options: MemoryOptions = {}) {
    const usual = { photos: 1204, library: true, desktop: true, bursts: false, latency: 0, devices: 1 };
    this.options = { ...usual, ...options };
    this.others = new MemoryHousehold(this.options.devices, (event) => this.emit(event));
    this.household = this.options.library ? 'The Millers' : null;
    this.months = this.options.library ? spread(this.options.photos) : [];
    this.desktop = this.options.desktop ? this.abilities() : null;
  }

  /** Lets a test hold files over the window. */
  drop(drop: NativeDrop): void {
    for (const listener of this.dropListeners) listener(drop);
  }

  async timeline(): Promise<Timeline> {
    await this.answer();
    return { total: this.total(), height: this.height, months: this.months.map((month) => ({ ...month })) };
  }

  async month(month: string): Promise<Month> {
    await this.answer();
    const count = this.months.find((known) => known.month === month)?.count ?? 0;
    const rows = Array.from({ length: count }, (_, number) => {
      const id = idOf({ month, number, of: count });
      const row = rowOf(this.record(id));
      const moment = this.momentOf(id);
      return moment ? { ...row, burst: idOf(moment.first) } : row;
    });
    return { month, height: this.height, rows };
  }

  async photo(id: string): Promise<Photo> {
    await this.answer();
    if (!whereIs(id)) throw new BackendError('not_found', 'No such photo.', { status: 404 });
    return structuredClone(this.record(id));
  }

  thumbnailUrl(id: string): string {
    const { width, height } = this.record(id);
    const moment = this.momentOf(id);
    return picture(moment ? idOf(moment.first) : id, width / height, moment?.place);
  }

  originalUrl(id: string): string {
    return this.thumbnailUrl(id);
  }

  async search(query: string, options: SearchOptions): Promise<SearchPage> {
    await this.answer(options.signal);
    const unknown = /(^|\s)-?([a-z]+):/.exec(query);
    if (unknown && !['tag', 'camera', 'is', 'taken'].includes(unknown[2] ?? '')) {
      const at = unknown.index + (unknown[1]?.length ?? 0);
      throw new BackendError('bad_query', `There is no field “${unknown[2]}”.`, { status: 400, at });
    }
    const words = query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const found: Row[] = [];
    for (const photo of this.searched()) {
      if (words.every((word) => matches(photo, word))) found.push(rowOf(photo));
    }
    const from = Number(options.cursor ?? 0);
    const next = from + options.limit < found.length ? String(from + options.limit) : null;
    return { total: found.length, took_ms: 3, photos: found.slice(from, from + options.limit), next };
  }

  async edit(id: string, change: Change): Promise<Edited> {
    await this.answer();
    if (this.editFault !== null) throw new BackendError('disk_full', this.editFault, { status: 507 });
    const photo = structuredClone(this.record(id));
    const tags = new Set(photo.tags);
    for (const tag of change.add_tags ?? []) tags.add(tag);
    for (const tag of change.remove_tags ?? []) tags.delete(tag);
    photo.tags = [...tags].sort();
    photo.caption = change.caption ?? photo.caption;
    photo.rating = change.rating ?? photo.rating;
    photo.favorite = change.favorite ?? photo.favorite;
    photo.conflicts = photo.conflicts.filter(({ field }) => !(field in change));
    this.edits.push({ id, before: this.record(id), change, undone: false, height: this.height + 1 });
    this.replace(photo);
    return { state: 'committed', height: this.height, photo: structuredClone(photo) };
  }

  async history(id: string): Promise<HistoryItem[]> {
    await this.answer();
    const device = {
      device: '0'.repeat(32),
      device_name: this.others.here.name,
      state: 'committed',
      unseen: [],
    } as const;
    const at = '2024-06-02T10:00:00Z';
    const edits = this.edits.filter((edit) => edit.id === id && !edit.undone);
    return [
      { ...device, unseen: [], edit: '0', height: 1, at, what: 'added' },
      ...edits.map(({ change, height }) => {
        return { ...device, unseen: [], edit: String(height), height, at, what: 'changed', change };
      }),
    ];
  }

  async undo(): Promise<Undone> {
    await this.answer();
    const last = this.edits.findLast((edit) => !edit.undone);
    if (!last) throw new BackendError('nothing_to_undo', 'There is nothing to undo.', { status: 409 });
    last.undone = true;
    this.replace(structuredClone(last.before));
    const done = { undone: 1, skipped: 0, what: 'changed', state: 'committed' } as const;
    return { ...done, change: last.change, height: this.height };
  }

  /** Lets a test make two devices disagree. */
  disagree(id: string, caption: string): void {
    const photo = structuredClone(this.record(id));
    const written = (value: string, device_name: string, edit: string) => {
      return { field: 'caption', value, device: edit.repeat(32), device_name, edit, height: this.height };
    };
    const kept = written(photo.caption, this.others.here.name, '0') as unknown as Conflict['kept'];
    const other = written(caption, 'Kitchen PC', '1') as unknown as Conflict['kept'];
    this.replace({ ...photo, conflicts: [{ field: 'caption', kept, replaced: [other] }] });
  }

  private replace(photo: Photo): void {
    this.height += 1;
    photo.block = this.height;
    this.edited.set(photo.id, photo);
    this.emit({ type: 'block', height: this.height, tip: this.tip() });
    this.emit({ type: 'photos', height: this.height, ids: [photo.id] });
  }

  async tags(): Promise<TagCount[]> {
    await this.answer();
    const counts = new Map<string, number>();
    for (const photo of this.searched())
      for (const tag of photo.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => a.name.localeCompare(b.name));
  }

  async ledger(): Promise<Ledger> {
    await this.answer();
    if (this.household === null) {
      const device = this.others.here.name;
      throw new BackendError('no_library', 'There is no library yet.', { status: 503, device });
    }
    const seen = this.others.seenAt(this.height, this.tip());
    return { household: this.household, photos: this.total(), ...seen };
  }

  async changeDevice(id: string, change: DeviceChange): Promise<EditState> {
    await this.answer();
    return this.others.change(id, change);
  }

  async removeDevice(id: string): Promise<EditState> {
    await this.answer();
    return this.others.remove(id);
  }

  async recover(household: string): Promise<Recovered> {
    await this.answer();
    this.others.recover(household, this.household);
    this.height += 1;
    return { epoch: hash(household).toString(16).padStart(8, '0').repeat(8), height: this.height };
  }

  async invite(wish: InvitationWish): Promise<Invitation> {
    await this.answer();
    return this.others.invite(wish);
  }

  async invitations(): Promise<Given[]> {
    await this.answer();
    return this.others.given();
  }

  async withdraw(id: string): Promise<void> {
    await this.answer();
    this.others.withdraw(id);
  }

  async agreed(): Promise<Agreed> {
    await this.answer();
    return this.others.agreed();
  }

  async agree(change: AgreedChange): Promise<EditState> {
    await this.answer();
    return this.others.agree(change);
  }

  async bucket(): Promise<BucketState | null> {
    await this.answer();
    return this.others.bucketState();
  }

  async recoveryKey(): Promise<RecoveryKey> {
    await this.answer();
    return this.others.recoveryKey();
  }

  async imports(): Promise<ImportJob[]> {
    await this.answer();
    return [...this.jobs.values()].map((job) => structuredClone(job));
  }

  async importJob(id: string): Promise<ImportJob> {
    await this.answer();
    const job = this.jobs.get(id);
    if (!job) throw new BackendError('not_found', 'No such import.', { status: 404 });
    return structuredClone(job);
  }

  async cancelImport(id: string): Promise<ImportJob> {
    const job = await this.importJob(id);
    if (job.state === 'running' || job.state === 'scanning')
      this.advance({ ...job, state: 'cancelled', current: null });
    return this.importJob(id);
  }

  async upload(file: File, signal: AbortSignal): Promise<Uploaded> {
    await this.answer(signal);
    if (file.size === 0) throw new BackendError('rejected', `${file.name} is empty.`, { status: 422 });
    return { id: this.addPhoto(), status: 'added' };
  }

  async signIn(): Promise<void> {
    await this.answer();
  }

  subscribe(listener: (event: BackendEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private abilities(): Desktop {
    return {
      chooseFolder: () => Promise.resolve('/home/anna/Pictures'),
      chooseFiles: () => Promise.resolve(['/home/anna/DSC_0001.JPG']),
      onNativeDrop: (listener) => {
        this.dropListeners.add(listener);
        return () => this.dropListeners.delete(listener);
      },
      startImport: (paths) => this.startImport(paths),
      startHousehold: async (household, device) => {
        await this.answer();
        this.household = household;
        this.others.here.name = device;
        this.height = 0;
      },
      joinHousehold: async (invitation, device) => {
        await this.answer();
        const joined = this.others.join(invitation, device);
        this.household = joined.household;
        return joined;
      },
      restoreHousehold: async (source) => {
        await this.answer();
        const restored = await this.others.restore(source);
        this.household = restored.household;
        return restored;
      },
      restoring: async () => {
        await this.answer();
        return this.others.restoring();
      },
      stopRestoring: async () => {
        await this.answer();
        if (this.others.restoringSteps !== null) this.others.restoringSteps = -1;
      },
      chooseSave: (_title, name) => Promise.resolve(`/home/anna/${name}`),
      saveRecoveryKey: async (path) => {
        await this.answer();
        this.savedTo = path;
      },
    };
  }

  /** Pretends: 40 files a path, of which every eighth is known already and every thirteenth cannot be read. */
  private async startImport(paths: string[]): Promise<ImportJob> {
    await this.answer();
    const job: ImportJob = {
      id: hash(paths.join() + this.jobs.size)
        .toString(16)
        .padStart(16, '0'),
      state: 'running',
      found: 40 * paths.length,
      processed: 0,
      added: 0,
      duplicate: 0,
      trashed: 0,
      rejected_count: 0,
      warned_count: 0,
      warned: [],
      rejected: [],
      bytes: 0,
      seconds: 0,
      current: null,
      error: null,
      paths,
      ids: [],
    };
    this.jobs.set(job.id, job);
    const tick = () => {
      const now = this.jobs.get(job.id);
      if (now?.state !== 'running') return;
      this.advance(this.step(now));
      setTimeout(tick, 60);
    };
    setTimeout(tick, 60);
    return structuredClone(job);
  }

  private step(job: ImportJob): ImportJob {
    const next = structuredClone(job);
    const path = `${job.paths[0] ?? ''}/DSC_${1000 + job.processed}.JPG`;
    next.processed += 1;
    next.bytes += 3_500_000;
    next.seconds += 0.06;
    next.current = path.slice(path.lastIndexOf('/') + 1);
    if (next.processed % 16 === 0) next.trashed += 1;
    if (next.processed % 8 === 0) next.duplicate += 1;
    else if (next.processed % 13 === 0)
      next.rejected_count = next.rejected.push({ path, reason: 'The file is empty.' });
    else {
      next.added += 1;
      next.ids.push(this.addPhoto());
      if (next.processed % 11 === 0) {
        const reason = `The sidecar ${next.current}.xmp beside it is no XMP.`;
        next.warned_count = next.warned.push({ path, reason });
      }
    }
    if (next.processed === next.found) Object.assign(next, { state: 'done', current: null });
    return next;
  }

  private advance(job: ImportJob): void {
    this.jobs.set(job.id, job);
    this.emit({ type: 'import', ...structuredClone(job), ids: [] });
    this.emit({ type: 'photos', height: this.height, ids: null });
  }

  private addPhoto(): string {
    const month = new Date().toISOString().slice(0, 7);
    const first = this.months[0];
    if (first?.month === month) first.count += 1;
    else this.months.unshift({ month, count: 1 });
    this.height += 1;
    const of = this.months[0]?.count ?? 1;
    return idOf({ month, number: of - 1, of });
  }

  private record(id: string): Photo {
    const known = this.edited.get(id);
    if (known) return known;
    return invent(whereIs(id) ?? { month: '2000-01', number: 0, of: 1 }, this.momentOf(id));
  }

  private momentOf(id: string): Moment | null {
    const where = this.options.bursts ? whereIs(id) : null;
    return where && momentOf(where);
  }

  private *searched(): Generator<Photo> {
    let left = SEARCHED_MAX;
    for (const { month, count } of this.months) {
      for (let number = 0; number < count && left > 0; number += 1, left -= 1) {
        yield this.record(idOf({ month, number, of: count }));
      }
    }
  }

  private total(): number {
    return this.months.reduce((sum, month) => sum + month.count, 0);
  }

  private tip(): string {
    return hash(`block ${this.height}`).toString(16).padStart(8, '0').repeat(8);
  }

  private emit(event: BackendEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private async answer(signal?: AbortSignal): Promise<void> {
    if (this.options.latency > 0) await new Promise((done) => setTimeout(done, this.options.latency));
    signal?.throwIfAborted();
    if (this.unreachable) throw new BackendError('unreachable', 'Nothing answers.');
  }
}

function rowOf(photo: Photo): Row {
  const { id, taken_at, kind, thumbhash, favorite, rating, state } = photo;
  return { id, taken_at, kind, thumbhash, favorite, rating, state, ratio: photo.width / photo.height };
}

function matches(photo: Photo, word: string): boolean {
  if (word.startsWith('-')) return !matches(photo, word.slice(1));
  if (word.startsWith('tag:'))
    return photo.tags.some((tag) => tag === word.slice(4) || tag.startsWith(`${word.slice(4)}/`));
  if (word === 'is:video') return photo.kind === 'video';
  if (word.startsWith('taken:')) return photo.taken_at.startsWith(word.slice(6));
  const bare = word.replace(/^camera:/, '');
  return [photo.name, photo.caption, photo.camera ?? '', ...photo.tags].some((text) =>
    text.toLowerCase().includes(bare),
  );
}
