/** What tells photos apart that look alike, and which of them has the most of it. Pure. */
import type { Card, Photo } from '../backend/types';

export interface Facts {
  width: number;
  height: number;
  /** Bytes of the original; null until its record was read. */
  size: number | null;
  taken: string;
  rating: number;
  tags: number;
}

/** What differs, and where more is better. */
export const COUNTED = ['pixels', 'size', 'rating', 'tags'] as const;
export type Counted = (typeof COUNTED)[number];
export type Fact = Counted | 'taken';

/** How a fact of one photo stands among those of the others: the same, another, or the most. */
export type Standing = 'same' | 'differs' | 'most';

export function factsOf(card: Card, record: Pick<Photo, 'size'> | null): Facts {
  const { width, height, taken_at, rating, tags } = card;
  return { width, height, size: record?.size ?? null, taken: taken_at, rating, tags: tags.length };
}

/**
 * How each fact of each photo stands. What is not known of all is no difference yet, and neither are sizes that read
 * the same.
 */
export function standings(group: readonly Facts[]): Record<Fact, Standing>[] {
  const of = (fact: Counted) => group.map((facts) => valueOf(facts, fact));
  const most = Object.fromEntries(
    COUNTED.map((fact) => [fact, of(fact).includes(null) ? null : Math.max(...(of(fact) as number[]))]),
  ) as Record<Counted, number | null>;
  const same = Object.fromEntries(COUNTED.map((fact) => [fact, new Set(of(fact)).size === 1])) as Record<
    Counted,
    boolean
  >;
  const taken = new Set(group.map((facts) => facts.taken)).size > 1 ? 'differs' : 'same';
  return group.map((facts) => {
    const standing = (fact: Counted): Standing => {
      if (same[fact] || most[fact] === null) return 'same';
      return valueOf(facts, fact) === most[fact] ? 'most' : 'differs';
    };
    return {
      pixels: standing('pixels'),
      size: standing('size'),
      rating: standing('rating'),
      tags: standing('tags'),
      taken,
    };
  });
}

function valueOf(facts: Facts, fact: Counted): number | null {
  if (fact === 'size') return facts.size === null ? null : rounded(facts.size);
  return fact === 'pixels' ? facts.width * facts.height : facts[fact];
}

/** Bytes as precisely as they are written: one digit after the point below ten of a unit, else none. */
function rounded(bytes: number): number {
  let unit = 1;
  while (bytes / unit >= 1000) unit *= 1000;
  const step = bytes / unit < 10 && unit > 1 ? unit / 10 : unit;
  return Math.round(bytes / step) * step;
}
