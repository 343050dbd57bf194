/**
 * The scrubber's arithmetic: a track from the newest photo (0) to the oldest (1), on which each month takes room in
 * proportion to its photos. Counts, not heights, so that the track stands still while months load.
 */
/** A section of the timeline: a month, or a part of one. */
export interface Stretch {
  month: string;
  count: number;
}

/** A year's label on the track; `at` is 0…1. */
export interface YearLabel {
  year: string;
  at: number;
}

/** A spot within a section of the timeline: 0 is its newest photo, 1 the end of its oldest. */
export interface Spot {
  section: number;
  within: number;
}

export class Track {
  readonly months: readonly Stretch[];
  readonly total: number;
  private readonly before: Float64Array;

  constructor(months: readonly Stretch[]) {
    this.months = months;
    this.before = new Float64Array(months.length + 1);
    let sum = 0;
    months.forEach((month, index) => {
      this.before[index] = sum;
      sum += month.count;
    });
    this.before[months.length] = sum;
    this.total = sum;
  }

  /** Where a spot lies on the track, 0…1. */
  fraction(spot: Spot): number {
    const month = this.months[spot.section];
    if (!month || this.total === 0) return 0;
    const photos = (this.before[spot.section] as number) + clamp(spot.within) * month.count;
    return photos / this.total;
  }

  /** The spot at a position on the track; null on an empty track. */
  spot(fraction: number): Spot | null {
    if (this.total === 0) return null;
    const photos = clamp(fraction) * this.total;
    let low = 0;
    let high = this.months.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.before[middle] as number) <= photos) low = middle;
      else high = middle - 1;
    }
    const count = this.months[low]?.count ?? 0;
    const within = count === 0 ? 0 : clamp((photos - (this.before[low] as number)) / count);
    return { section: low, within };
  }

  /** The years that can be written along a track of `height` pixels without one touching another. */
  years(height: number, labelHeight = 18): YearLabel[] {
    const labels: YearLabel[] = [];
    let last = -Infinity;
    let year = '';
    this.months.forEach((month, index) => {
      const own = month.month.slice(0, 4);
      if (own === year) return;
      year = own;
      const at = this.fraction({ section: index, within: 0 });
      if ((at - last) * height < labelHeight) return;
      labels.push({ year: own, at });
      last = at;
    });
    return labels;
  }

  /** Where months begin, as 0…1, thinned out so that ticks stay `spacing` pixels apart. */
  ticks(height: number, spacing = 7): number[] {
    const ticks: number[] = [];
    let last = -Infinity;
    this.months.forEach((_, index) => {
      const at = this.fraction({ section: index, within: 0 });
      if ((at - last) * height < spacing) return;
      ticks.push(at);
      last = at;
    });
    return ticks;
  }
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
