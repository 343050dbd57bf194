/** Import arithmetic: several jobs seen as one, speed over the last seconds, time left. Pure. */
import type { ImportJob, ImportState } from '../backend/types';

/** How far an import was at a moment; `at` in milliseconds of any clock that only goes forward. */
export interface Sample {
  at: number;
  processed: number;
}

/** Speed is taken over this long: short enough to follow, long enough not to flicker. */
const WINDOW_MS = 6000;
/** Below this there is too little to say anything. */
const SPAN_MIN_MS = 700;

export function addSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const last = samples.at(-1);
  const kept = last && sample.processed < last.processed ? [] : samples;
  const recent = kept.filter((old) => sample.at - old.at <= WINDOW_MS);
  // One sample older than the window stays, or a slow import would never have two.
  const before = recent.length === 0 ? kept.slice(-1) : [];
  return [...before, ...recent, sample];
}

/** Files a second, or null while too little is known. */
export function speed(samples: readonly Sample[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < SPAN_MIN_MS) return null;
  return ((last.processed - first.processed) * 1000) / (last.at - first.at);
}

/** Seconds until the remaining files are done, or null while that cannot be said. */
export function secondsLeft(samples: readonly Sample[], remaining: number): number | null {
  const perSecond = speed(samples);
  if (perSecond === null || perSecond <= 0) return null;
  return remaining / perSecond;
}

/** 0…1; an import that has found nothing yet stands at 0. */
export function share(job: Pick<ImportJob, 'found' | 'processed'>): number {
  return job.found === 0 ? 0 : Math.min(1, job.processed / job.found);
}

export function isOver(state: ImportState): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed';
}

/** Several imports begun one after the other, as the one that the person sees; null without any. */
export function combine(jobs: readonly ImportJob[]): ImportJob | null {
  const [first, ...others] = jobs;
  if (!first) return null;
  return others.reduce<ImportJob>(
    (sum, job) => ({
      id: sum.id,
      state: worse(sum.state, job.state),
      found: sum.found + job.found,
      processed: sum.processed + job.processed,
      added: sum.added + job.added,
      duplicate: sum.duplicate + job.duplicate,
      trashed: sum.trashed + job.trashed,
      rejected_count: sum.rejected_count + job.rejected_count,
      warned_count: sum.warned_count + job.warned_count,
      warned: [...sum.warned, ...job.warned],
      rejected: [...sum.rejected, ...job.rejected],
      bytes: sum.bytes + job.bytes,
      seconds: sum.seconds + job.seconds,
      current: job.current ?? sum.current ?? null,
      error: job.error ?? sum.error ?? null,
      paths: [...sum.paths, ...job.paths],
      ids: [...sum.ids, ...job.ids],
    }),
    first,
  );
}

/** What can be said of two imports together: running while one runs, then the sadder end of the two. */
function worse(a: ImportState, b: ImportState): ImportState {
  const order: ImportState[] = ['done', 'cancelled', 'failed', 'scanning', 'running'];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

/** A duration as a whole number of the unit that suits it. */
export function roughly(seconds: number): { unit: 'seconds' | 'minutes' | 'hours'; count: number } {
  if (seconds < 55) return { unit: 'seconds', count: Math.max(1, Math.ceil(seconds / 5) * 5) };
  if (seconds < 55 * 60) return { unit: 'minutes', count: Math.max(1, Math.round(seconds / 60)) };
  return { unit: 'hours', count: Math.max(1, Math.round(seconds / 3600)) };
}
