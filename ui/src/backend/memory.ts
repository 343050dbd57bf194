/** A library in memory: for tests, and for `npm run dev` with `?backend=memory` (`&photos=`, `&devices=`). */
import { BackendError, type Backend, type Desktop, type NativeDrop, type SearchOptions } from './backend';
import { MemoryExports } from './memory-exports';
import { MemoryHousehold } from './memory-household';
import { MemoryImports } from './memory-imports';
import { MemoryLibrary } from './memory-library';
import { hash } from './memory-photos';
import { MemoryShell } from './memory-shell';
import { alikePage, found, mapView, searchPage, suggested } from './memory-search';
import type {
  Agreed,
  AgreedChange,
  AlikePage,
  BackendEvent,
  Bounds,
  BucketState,
  Bulk,
  Change,
  Counted,
  DayPlace,
  DeviceChange,
  Edited,
  EditState,
  ExportJob,
  Given,
  HistoryItem,
  ImportJob,
  Invitation,
  InvitationWish,
  LabelList,
  Ledger,
  MapView,
  Month,
  OwnField,
  Photo,
  Recovered,
  RecoveryKey,
  SavedSearch,
  SearchPage,
  Suggestion,
  Timeline,
  Undone,
  Uploaded,
  Which,
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

export class MemoryBackend implements Backend {
  readonly desktop: Desktop | null;
  /** The other devices, for tests to turn off, let in and so on. */
  readonly others: MemoryHousehold;
  readonly library: MemoryLibrary;
  /** The window and what is beside it. */
  readonly shell = new MemoryShell();
  /** Set to make every call fail as if nothing answered. */
  unreachable = false;
  /** Set to make the next edits fail with this message. */
  editFault: string | null = null;
  /** Photos whose original no device within reach has. */
  unreachableOriginals: ReadonlySet<string> = new Set();
  /** Where the recovery key was saved last. */
  savedTo: string | null = null;

  private readonly options: Required<MemoryOptions>;
  private readonly listeners = new Set<(event: BackendEvent) => void>();
  private readonly dropListeners = new Set<(drop: NativeDrop) => void>();
  private readonly jobs: MemoryImports;
  private readonly exports = new MemoryExports((job) => this.emit({ type: 'export', ...job }));
  private household: string | null;

  constructor(options: MemoryOptions = {}) {
    const usual = { photos: 1204, library: true, desktop: true, bursts: false, latency: 0, devices: 1 };
    this.options = { ...usual, ...options };
    this.others = new MemoryHousehold(this.options.devices, (event) => this.emit(event));
    this.household = this.options.library ? 'The Millers' : null;
    const photos = this.options.library ? this.options.photos : 0;
    this.library = new MemoryLibrary(photos, this.options.bursts, (ids) => {
      this.emit({ type: 'block', height: this.library.height, tip: this.library.tip() });
      this.emit({ type: 'photos', height: this.library.height, ids });
    });
    this.library.holders = this.others.ids();
    this.jobs = new MemoryImports(
      () => this.library.add(),
      (job) => {
        this.emit({ type: 'import', ...job, ids: [] });
        this.emit({ type: 'photos', height: this.library.height, ids: null });
      },
    );
    this.desktop = this.options.desktop ? this.abilities() : null;
  }

  /** Lets a test hold files over the window. */
  drop(drop: NativeDrop): void {
    for (const listener of this.dropListeners) listener(drop);
  }

  /** Lets a test make two devices disagree. */
  disagree(id: string, caption: string): void {
    this.library.disagree(id, caption, this.others.here.name);
  }

  async timeline(): Promise<Timeline> {
    await this.answer();
    return { total: this.library.total(), height: this.library.height, months: this.library.months() };
  }

  async month(month: string, from: number, limit: number): Promise<Month> {
    await this.answer();
    const rows = this.library.rows(month, from, limit);
    return { month, height: this.library.height, rows };
  }

  async days(month: string, from: number, limit: number): Promise<readonly DayPlace[]> {
    await this.answer();
    return this.library.days(this.library.rows(month, from, limit));
  }

  async photo(id: string): Promise<Photo> {
    await this.answer();
    return this.recorded(id);
  }

  thumbnailUrl(id: string): string {
    return this.library.picture(id);
  }

  originalUrl(id: string): string {
    return this.thumbnailUrl(id);
  }

  async original(id: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<Blob> {
    await this.answer(signal);
    const { replicas, mime } = this.recorded(id);
    if (this.unreachableOriginals.has(id))
      throw new BackendError('original_unreachable', 'The original is on no device within reach.', {
        status: 503,
      });
    await this.others.carry(replicas, signal, onProgress);
    const [, drawing = ''] = this.library.picture(id).split(',');
    return new Blob([decodeURIComponent(drawing)], { type: mime });
  }

  async search(query: string, options: SearchOptions): Promise<SearchPage> {
    await this.answer(options.signal);
    return searchPage(this.library, query, options);
  }

  async suggestions(typed: string, signal: AbortSignal): Promise<Suggestion[]> {
    await this.answer(signal);
    return suggested(this.library, typed);
  }

  async searches(): Promise<SavedSearch[]> {
    await this.answer();
    return [...this.library.searches].map(([name, query]) => ({ name, query }));
  }

  async saveSearch({ name, query }: SavedSearch): Promise<EditState> {
    await this.edits();
    this.library.keepSearch(name, query);
    return 'committed';
  }

  async forgetSearch(name: string): Promise<EditState> {
    await this.edits();
    this.library.keepSearch(name, null);
    return 'committed';
  }

  async map(bounds: Bounds, zoom: number, signal: AbortSignal): Promise<MapView> {
    await this.answer(signal);
    return mapView(this.library, bounds, zoom);
  }

  async edit(id: string, change: Change): Promise<Edited> {
    await this.edits();
    const { height } = this.library.change([id], change);
    return { state: 'committed', height, photo: this.recorded(id) };
  }

  async editMany(which: Which, change: Change): Promise<Bulk> {
    await this.edits();
    return this.library.change(this.named(which), change);
  }

  async purge(which: Which, lastCopies: string[]): Promise<Bulk> {
    await this.edits();
    return this.library.purge(this.named(which), lastCopies, (id) => this.recorded(id).replicas.length);
  }

  async alike(skip: number, limit: number): Promise<AlikePage> {
    await this.answer();
    return alikePage(this.library, skip, limit);
  }

  async keepBest(keep: string, others: string[]): Promise<Bulk> {
    await this.edits();
    return this.library.keepBest(keep, others);
  }

  async history(id: string): Promise<HistoryItem[]> {
    await this.answer();
    return this.library.history(id, this.others.here.name);
  }

  async undo(): Promise<Undone> {
    await this.answer();
    return this.library.undo();
  }

  async labels(list: LabelList): Promise<Counted[]> {
    await this.answer();
    return this.library.labels(list);
  }

  async makeLabel(list: LabelList, name: string): Promise<Bulk> {
    await this.edits();
    return this.library.makeLabel(list, name);
  }

  async renameLabel(list: LabelList, from: string, to: string): Promise<Bulk> {
    await this.edits();
    return this.library.moveLabel(list, from, to);
  }

  async removeLabel(list: LabelList, name: string): Promise<Bulk> {
    await this.edits();
    return this.library.moveLabel(list, name, null);
  }

  async places(): Promise<Counted[]> {
    await this.answer();
    return searchPage(this.library, '', { limit: 1 }).facets?.places ?? [];
  }

  async fields(): Promise<OwnField[]> {
    await this.answer();
    const photos = [...this.library.newest()];
    const count = (name: string) => photos.filter((photo) => name in photo.fields).length;
    return [...this.library.fields.values()].map((field) => ({ ...field, count: count(field.name) }));
  }

  async defineField(field: OwnField): Promise<EditState> {
    await this.edits();
    this.library.fields.set(field.name, field);
    return 'committed';
  }

  async removeField(name: string): Promise<EditState> {
    await this.edits();
    this.library.fields.delete(name);
    return 'committed';
  }

  async ledger(): Promise<Ledger> {
    await this.answer();
    if (this.household === null) {
      const device = this.others.here.name;
      throw new BackendError('no_library', 'There is no library yet.', { status: 503, device });
    }
    const seen = this.others.seenAt(this.library.height, this.library.tip());
    return { household: this.household, photos: this.library.total(), ...seen };
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
    this.library.height += 1;
    const epoch = hash(household).toString(16).padStart(8, '0').repeat(8);
    return { epoch, height: this.library.height };
  }

  async invite(wish: InvitationWish): Promise<Invitation> {
    await this.answer();
    return this.others.invite(wish);
  }

  async invitations(): Promise<Given[]> {
    await this.answer();
    return this.others.given();
  }

  async letIn(id: string, checkWords: string): Promise<void> {
    await this.answer();
    this.others.letIn(id, checkWords);
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
    return this.jobs.all();
  }

  async importJob(id: string): Promise<ImportJob> {
    await this.answer();
    return this.jobs.one(id);
  }

  async cancelImport(id: string): Promise<ImportJob> {
    await this.answer();
    return this.jobs.cancel(id);
  }

  async exportJob(id: string): Promise<ExportJob> {
    await this.answer();
    return this.exports.one(id);
  }

  async cancelExport(id: string): Promise<ExportJob> {
    await this.answer();
    return this.exports.cancel(id);
  }

  async upload(file: File, signal: AbortSignal): Promise<Uploaded> {
    await this.answer(signal);
    if (file.size === 0) throw new BackendError('empty_file', `${file.name} is empty.`, { status: 400 });
    return { id: this.library.add(), status: 'added' };
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
      startImport: async (paths) => {
        await this.answer();
        return this.jobs.start(paths);
      },
      startExport: async (which, to) => {
        await this.answer();
        return this.exports.start(this.named(which), to, this.unreachableOriginals);
      },
      startHousehold: async (household, device) => {
        await this.answer();
        this.household = household;
        this.others.here.name = device;
        this.library.empty();
      },
      joinHousehold: async (invitation, device) => {
        await this.answer();
        const joined = await this.others.join(invitation, device);
        this.household = joined.household;
        return joined;
      },
      wordsToCompare: async () => {
        await this.answer();
        return this.others.toCompare;
      },
      stopJoining: async () => {
        await this.answer();
        this.others.answerJoining('stopped');
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
      shell: this.shell,
    };
  }

  /** A photo's record, with who holds its original. */
  private recorded(id: string): Photo {
    const photo = this.library.photo(id);
    return { ...photo, ...this.others.holding(hash(id)) };
  }

  /** The ids of what a change is of. */
  private named(which: Which): string[] {
    if ('ids' in which) return which.ids;
    const except = new Set(which.except);
    return found(this.library, which.query).flatMap(({ id }) => (except.has(id) ? [] : [id]));
  }

  private emit(event: BackendEvent): void {
    if (this.unreachable) return;
    for (const listener of this.listeners) listener(event);
  }

  private async edits(): Promise<void> {
    await this.answer();
    if (this.editFault !== null) throw new BackendError('disk_full', this.editFault, { status: 507 });
  }

  private async answer(signal?: AbortSignal): Promise<void> {
    if (this.options.latency > 0) await new Promise((done) => setTimeout(done, this.options.latency));
    signal?.throwIfAborted();
    if (this.unreachable) throw new BackendError('unreachable', 'Nothing answers.');
  }
}
