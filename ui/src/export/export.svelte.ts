/** Exporting photos: into a folder of this machine on the desktop, as downloads in a browser. One at a time. */
import { codeOf, isAbort, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, ExportJob, Ledger, Row, Which } from '../backend/types';
import { originalFault } from '../viewer/facts';
import { download } from './download';

/** How exported files are named and filed; the key of its text, and the template of the API. */
export const FILINGS = {
  plain: '{name}',
  month: '{yyyy}/{mm}/{name}',
  album: '{album}/{name}',
} as const;
export type Filing = keyof typeof FILINGS;

/** A browser asks about each of many downloads: more than these are the desktop's or the command line's. */
export const DOWNLOADS_MAX = 200;

/** What downloads begin with. */
const DOWNLOADS: Omit<ExportJob, 'state' | 'found'> = {
  id: 'downloads',
  processed: 0,
  exported: 0,
  present: 0,
  sidecars_left: 0,
  failed_count: 0,
  failed: [],
  bytes: 0,
  seconds: 0,
  to: '',
};
/** What keeps every original from coming, not just one. */
const OF_ALL: readonly string[] = ['unreachable', 'unauthorized'];

export class ExportState {
  /** What the last export came to, or how far it is; null before the first one and when its outcome was read. */
  job = $state.raw<ExportJob | null>(null);
  /** Why it could not begin. */
  fault = $state<string | null>(null);

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  /** Ends the downloads that are under way. */
  private leaving: AbortController | null = null;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
  }

  get running(): boolean {
    return this.job?.state === 'running';
  }

  /** Writes originals below a folder of this machine. */
  async start(which: Which, to: string, filing: Filing, sidecars: boolean): Promise<void> {
    this.fault = null;
    try {
      const { desktop } = this.backend;
      const job = await desktop?.startExport(which, to, FILINGS[filing], sidecars);
      // A small one may be over before this answer came, and its last event with it.
      if (job) this.job = await this.backend.exportJob(job.id);
    } catch (error) {
      this.fault = messageOf(error);
      this.trouble(error);
    }
  }

  /** Hands originals to the browser, one by one; the job tells of it as of any other export. */
  async download(ids: readonly string[], ledger: Ledger | null): Promise<ExportJob> {
    const leaving = new AbortController();
    this.leaving = leaving;
    let job: ExportJob = { ...DOWNLOADS, state: 'running', found: ids.length };
    this.job = job;
    try {
      for (const id of ids) {
        const missing = await this.lacking(id, ledger, leaving.signal);
        if (missing) job = { ...job, failed: [...job.failed, missing], failed_count: job.failed_count + 1 };
        else job = { ...job, exported: job.exported + 1 };
        job = { ...job, processed: job.processed + 1 };
        if (!leaving.signal.aborted) this.job = job;
      }
      job = { ...job, state: 'done' };
    } catch (error) {
      if (leaving.signal.aborted) job = { ...job, state: 'cancelled' };
      else {
        job = { ...job, state: 'failed', error: messageOf(error) };
        this.trouble(error);
      }
    }
    this.leaving = null;
    this.job = job;
    return job;
  }

  /** Downloads a photo; answers why there is none where that is about this photo and not all of them. */
  private async lacking(
    id: string,
    ledger: Ledger | null,
    signal: AbortSignal,
  ): Promise<ExportJob['failed'][number] | null> {
    try {
      await download(this.backend, id, signal);
      return null;
    } catch (error) {
      const code = codeOf(error);
      if (signal.aborted || OF_ALL.includes(code)) throw error;
      const reason = messageOf(error);
      const photo = await this.backend.photo(id).catch(() => null);
      if (!photo) return { id, name: id, reason };
      return { id, name: photo.name, reason: originalFault({ code, reason }, photo, ledger) };
    }
  }

  async cancel(): Promise<void> {
    if (this.leaving) this.leaving.abort();
    else await this.cancelJob();
  }

  private async cancelJob(): Promise<void> {
    if (!this.job) return;
    try {
      this.job = await this.backend.cancelExport(this.job.id);
    } catch (error) {
      this.trouble(error);
    }
  }

  forget(): void {
    if (!this.running) this.job = null;
    this.fault = null;
  }

  onEvent(event: BackendEvent): void {
    if (event.type === 'export' && event.id === this.job?.id) this.job = event;
  }

  /** The photos of a selection by their ids, for a browser to fetch one by one; null: more than it takes. */
  async named(which: Which, signal: AbortSignal): Promise<string[] | null> {
    if ('ids' in which) return which.ids.length > DOWNLOADS_MAX ? null : which.ids;
    const except = new Set(which.except);
    const limit = DOWNLOADS_MAX + except.size + 1;
    try {
      const { photos } = await this.backend.search(which.query, { limit, signal });
      const ids = photos.map(({ id }: Row) => id).filter((id) => !except.has(id));
      return ids.length > DOWNLOADS_MAX ? null : ids;
    } catch (error) {
      if (!isAbort(error)) {
        this.fault = messageOf(error);
        this.trouble(error);
      }
      return [];
    }
  }
}
