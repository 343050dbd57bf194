/** Exports of the memory backend, pretended: a photo a step, of which some are out of reach. */
import { BackendError } from './backend';
import { hash } from './memory-photos';
import type { ExportJob } from './types';

const STEP_MS = 30;

export class MemoryExports {
  private readonly jobs = new Map<string, ExportJob>();
  private readonly advanced: (job: ExportJob) => void;

  constructor(advanced: (job: ExportJob) => void) {
    this.advanced = advanced;
  }

  one(id: string): ExportJob {
    const job = this.jobs.get(id);
    if (!job) throw new BackendError('not_found', 'No such export.', { status: 404 });
    return structuredClone(job);
  }

  cancel(id: string): ExportJob {
    const job = this.one(id);
    if (job.state === 'running') this.advance({ ...job, state: 'cancelled', current: null });
    return this.one(id);
  }

  /** `missing`: photos whose original no device within reach has. */
  start(ids: readonly string[], to: string, missing: ReadonlySet<string>): ExportJob {
    const job: ExportJob = {
      id: hash(to + this.jobs.size)
        .toString(16)
        .padStart(16, '0'),
      state: 'running',
      found: ids.length,
      processed: 0,
      exported: 0,
      present: 0,
      sidecars_left: 0,
      failed_count: 0,
      failed: [],
      bytes: 0,
      seconds: 0,
      current: null,
      error: null,
      to,
    };
    this.jobs.set(job.id, job);
    const step = () => {
      const now = this.jobs.get(job.id);
      const id = ids[now?.processed ?? 0];
      if (now?.state !== 'running') return;
      const next = structuredClone(now);
      if (id === undefined) next.state = 'done';
      else {
        const name = `DSC_${1000 + next.processed}.JPG`;
        next.processed += 1;
        next.current = name;
        if (missing.has(id)) {
          const reason = 'No device within reach has its original. Turn on one that does.';
          next.failed_count = next.failed.push({ id, name, reason });
        } else next.exported += 1;
      }
      this.advance(next);
      setTimeout(step, STEP_MS);
    };
    setTimeout(step, STEP_MS);
    return structuredClone(job);
  }

  private advance(job: ExportJob): void {
    this.jobs.set(job.id, job);
    this.advanced(structuredClone(job));
  }
}
