/** The imports of this session as the panel shows them, whether they run in the node or are uploaded from here. */
import { messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, ImportJob } from '../backend/types';
import { t } from '../i18n/i18n';
import { addSample, combine, isOver, secondsLeft, speed, type Sample } from './progress';
import { uploadAll, type Found } from './uploads';

/** Thumbnails of added photos that the panel shows at the end. */
const SHOWN_MAX = 48;

export class ImportState {
  /** What the panel shows; null closes it. */
  job = $state.raw<ImportJob | null>(null);
  minimised = $state(false);
  /** Files a second and seconds left, null while not known. */
  speed = $state<number | null>(null);
  secondsLeft = $state<number | null>(null);
  /** Ids of photos that were added, for the panel's thumbnails; of an import in the node once that is over. */
  added = $state.raw<readonly string[]>([]);

  private readonly backend: Backend;
  private readonly notice: (text: string) => void;
  private readonly onAdded: () => void;
  private readonly uploads = new Map<string, AbortController>();
  private jobs = new Map<string, ImportJob>();
  private samples: Sample[] = [];

  /** `onAdded` is told of photos that were uploaded from here; of others the backend itself tells. */
  constructor(backend: Backend, notice: (text: string) => void, onAdded: () => void) {
    this.backend = backend;
    this.notice = notice;
    this.onAdded = onAdded;
  }

  get running(): boolean {
    return this.job !== null && !isOver(this.job.state);
  }

  /** Picks up what was running before the page was loaded. */
  async resume(): Promise<void> {
    const jobs = await this.backend.imports().catch(() => []);
    for (const job of jobs) if (!isOver(job.state) || this.jobs.has(job.id)) this.accept(job);
  }

  async startPaths(paths: string[]): Promise<void> {
    const { desktop } = this.backend;
    if (!desktop || paths.length === 0) return;
    try {
      const job = await desktop.startImport(paths, []);
      this.minimised = false;
      if (!this.jobs.has(job.id)) this.accept(job);
      // A small import may be over before this answer came, and its last event with it.
      this.accept(await this.backend.importJob(job.id));
    } catch (error) {
      this.notice(t('import.start.failed', { reason: messageOf(error) }));
    }
  }

  async startFiles(found: readonly Found[]): Promise<void> {
    if (found.length === 0) return;
    const id = `upload-${this.uploads.size + 1}`;
    const controller = new AbortController();
    this.uploads.set(id, controller);
    this.minimised = false;
    await uploadAll(this.backend, id, found, controller.signal, (job) => {
      this.accept(job);
      this.onAdded();
    });
  }

  async cancel(): Promise<void> {
    for (const job of this.jobs.values()) {
      if (isOver(job.state)) continue;
      const upload = this.uploads.get(job.id);
      if (upload) upload.abort();
      else await this.cancelJob(job.id);
    }
  }

  /** Puts the receipt away. */
  close(): void {
    if (this.running) return;
    this.jobs = new Map();
    this.job = null;
    this.added = [];
    this.samples = [];
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'import') return;
    const { type: _, ...job } = event;
    this.accept(job);
  }

  private async cancelJob(id: string): Promise<void> {
    try {
      this.accept(await this.backend.cancelImport(id));
    } catch (error) {
      this.notice(t('import.cancel.failed', { reason: messageOf(error) }));
    }
  }

  private accept(job: ImportJob): void {
    const known = this.jobs.get(job.id);
    if (known && isOver(known.state) && !isOver(job.state)) return;
    const begins = !known && !this.running;
    if (begins && !isOver(job.state)) {
      this.jobs = new Map();
      this.samples = [];
      this.added = [];
    } else if (begins) {
      return;
    }
    // Events carry no ids: those that are known stay.
    const ids = job.ids.length > 0 ? job.ids : (known?.ids ?? []);
    this.jobs.set(job.id, { ...job, ids });
    this.show();
    if (isOver(job.state) && !(known && isOver(known.state))) void this.finish(job);
  }

  private show(): void {
    const job = combine([...this.jobs.values()]);
    this.job = job;
    if (!job) return;
    this.added = job.ids.slice(0, SHOWN_MAX);
    this.samples = addSample(this.samples, { at: performance.now(), processed: job.processed });
    this.speed = speed(this.samples);
    this.secondsLeft = secondsLeft(this.samples, job.found - job.processed);
  }

  /** Events carry neither the added ids nor more than a hundred rejected files: the finished job has all of them. */
  private async finish(job: ImportJob): Promise<void> {
    const whole = this.uploads.has(job.id) ? job : await this.backend.importJob(job.id).catch(() => job);
    if (!this.jobs.has(job.id)) return;
    this.jobs.set(job.id, whole);
    this.show();
  }
}
