/**
 * Months in parts: a month of tens of thousands of photos is read, laid out and let go of piece by piece, so that no
 * piece takes longer than a frame. Pure. A day, or a burst, that a boundary cuts stands on both sides of it.
 */
import type { MonthCount } from '../backend/types';

/** Photos of a part; most months are one. */
export const PART_PHOTOS = 1_000;

export interface Part {
  key: string;
  month: string;
  /** Photos of the month before it. */
  from: number;
  count: number;
  /** Whether the month begins, and ends, with it. */
  first: boolean;
  last: boolean;
}

export function partsOf(months: readonly MonthCount[], size = PART_PHOTOS): Part[] {
  return months.flatMap(({ month, count }) => {
    const parts = Math.max(1, Math.ceil(count / size));
    return Array.from({ length: parts }, (_, index) => {
      const from = index * size;
      return {
        key: index === 0 ? month : `${month}+${from}`,
        month,
        from,
        count: Math.min(size, count - from),
        first: index === 0,
        last: index === parts - 1,
      };
    });
  });
}
