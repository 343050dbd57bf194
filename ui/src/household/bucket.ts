/** What the bucket's card says, and the lengths of time that can be chosen. Pure. */
import type { Agreed, BucketState } from '../backend/types';
import { texts, type Texts } from '../i18n/i18n';

/** `looking`: nothing is known of it yet. */
export type BucketStanding = 'well' | 'behind' | 'looking' | 'trouble';

/** How often everything is checked when it is chosen here. */
export const INTERVALS = ['7d', '30d', '90d', '365d'] as const;

/** Instead of a length of time. */
export const NEVER = 'never';

/** After how long a silent device stops counting when it is chosen here. */
export const PATIENCE = ['7d', '30d', '90d', '365d', NEVER] as const;

/** More than the ledger takes: an address that is cut off could be one of something else. */
export const ADDRESS_TYPED_MAX = 2000;

const UNITS = { h: 'hour', d: 'day' } as const;

export function standing(bucket: BucketState): BucketStanding {
  if (bucket.trouble) return 'trouble';
  const { blocks_behind: behind, waiting } = bucket;
  if (behind === null || behind === undefined) return 'looking';
  if (waiting === null || waiting === undefined) return behind > 0 ? 'behind' : 'looking';
  return behind > 0 || waiting > 0 ? 'behind' : 'well';
}

/** Whether this device's environment names another bucket than the household does. */
export function isOwn(agreed: Agreed, bucket: BucketState): boolean {
  return (bucket.bucket ?? null) !== (agreed.bucket ?? null);
}

/** "30 days" of `30d`; what is no whole hours is shown as it is written. */
export function interval(span: string, words: Texts = texts): string {
  const [, count, unit] = /^(\d+)([hd])$/.exec(span) ?? [];
  if (!count || !unit) return span;
  return words.unit(Number(count), UNITS[unit as keyof typeof UNITS]);
}

/** The intervals to choose from, with the one that is agreed upon among them. */
export function intervals(now: string): string[] {
  return among(INTERVALS, now);
}

/** The same for how long a device may be silent. */
export function patience(now: string): string[] {
  return among(PATIENCE, now);
}

function among(known: readonly string[], now: string): string[] {
  return known.includes(now) ? [...known] : [now, ...known];
}
