/** Exporting photos: into a folder of this machine on the desktop, as downloads in a browser. One at a time. */
import { isAbort, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, ExportJob, Row, Which } from '../backend/types';

/** How exported files are named and filed; the key of its text, and the template of the API. */
export const FILINGS = {
  plain: '{name}',
  month: '{yyyy}/{mm}/{name}',
  album: '{album}/{name}',
} as const;
export type Filing = keyof typeof FILINGS;

/** A browser asks about each of many downloads: more than these are the desktop's or the command line's. */
export const DOWNLOADS_MAX = 200;

export class ExportState {
  /** What the last export came to, or how far it is; null before the first one and when its outcome was read. */
  job = $state.raw<ExportJob | null>(null);
  /** Why it could not begin. */
  fault = $state<string | null>(null);

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;

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

  async cancel(): Promise<void> {
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
