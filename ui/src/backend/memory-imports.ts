/** Imports of the memory backend, pretended: 40 files a path, of which some are known already or cannot be read. */
import { BackendError } from './backend';
import { hash } from './memory-photos';
import type { ImportJob } from './types';

const STEP_MS = 60;
const FILES_PER_PATH = 40;

export class MemoryImports {
  private readonly jobs = new Map<string, ImportJob>();
  private readonly add: () => string;
  private readonly advanced: (job: ImportJob) => void;

  /** `add` makes a photo and answers its id; `advanced` is told of each step. */
  constructor(add: () => string, advanced: (job: ImportJob) => void) {
    this.add = add;
    this.advanced = advanced;
  }

  all(): ImportJob[] {
    return [...this.jobs.values()].map((job) => structuredClone(job));
  }

  one(id: string): ImportJob {
    const job = this.jobs.get(id);
    if (!job) throw new BackendError('not_found', 'No such import.', { status: 404 });
    return structuredClone(job);
  }

  cancel(id: string): ImportJob {
    const job = this.one(id);
    if (job.state === 'running' || job.state === 'scanning')
      this.advance({ ...job, state: 'cancelled', current: null });
    return this.one(id);
  }

  start(paths: string[]): ImportJob {
    const job: ImportJob = {
      id: hash(paths.join() + this.jobs.size)
        .toString(16)
        .padStart(16, '0'),
      state: 'running',
      found: FILES_PER_PATH * paths.length,
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
      setTimeout(tick, STEP_MS);
    };
    setTimeout(tick, STEP_MS);
    return structuredClone(job);
  }

  /** Every eighth is known already, and every thirteenth cannot be read. */
  private step(job: ImportJob): ImportJob {
    const next = structuredClone(job);
    const path = `${job.paths[0] ?? ''}/DSC_${1000 + job.processed}.JPG`;
    next.processed += 1;
    next.bytes += 3_500_000;
    next.seconds += STEP_MS / 1000;
    next.current = path.slice(path.lastIndexOf('/') + 1);
    if (next.processed % 16 === 0) next.trashed += 1;
    if (next.processed % 8 === 0) next.duplicate += 1;
    else if (next.processed % 13 === 0)
      next.rejected_count = next.rejected.push({ path, reason: 'The file is empty.' });
    else {
      next.added += 1;
      next.ids.push(this.add());
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
    this.advanced(structuredClone(job));
  }
}
