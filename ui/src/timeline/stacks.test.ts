import { describe, expect, it } from 'vitest';
import type { Row } from '../backend/types';
import { stack, stackOf, stillOpen, toggled } from './stacks';

/** Rows newest first from words: the photo's id, its burst after a colon, `!` for a favourite, stars for its rating. */
function rows(words: string): Row[] {
  return words.split(' ').map((word) => {
    const match = /^(\w+?)(?::(\w+))?(!?)(\**)$/.exec(word);
    const [, id = '', burst, favorite = '', stars = ''] = match ?? [];
    return {
      id,
      ...(burst === undefined ? {} : { burst }),
      favorite: favorite !== '',
      rating: stars.length,
      kind: 'photo',
      ratio: 1.5,
      state: 'committed',
      taken_at: '2024-06-02T10:00:00Z',
      thumbhash: '',
    };
  });
}

/** The tiles as words: `(7×id)` for a closed burst, `[id` and `id]` for the photos of an open one. */
function written(words: string, ...opened: string[]): string {
  const stacked = stack(rows(words), new Set(opened));
  return stacked.shown
    .map((row) => {
      const own = stackOf(stacked, row);
      if (!own) return row.id;
      if (!own.open) return `(${own.photos.length}×${row.id})`;
      return own.newest === row ? `[${own.photos.length}×${row.id}]` : `[${row.id}]`;
    })
    .join(' ');
}

describe('the tiles of a month', () => {
  const cases: [string, string, string[], string][] = [
    ['without bursts are its photos', 'c b a', [], 'c b a'],
    ['hold a closed burst once, as its first photo', 'e d:b c:b b:b a', [], 'e (3×b) a'],
    ['hold all of an open one in its place', 'e d:b c:b b:b a', ['b'], 'e [3×d] [c] [b] a'],
    ['stand where the newest of a burst does', 'f:a e d:a c b:a a:a', [], '(4×a) e c'],
    ['keep the bursts of two cameras apart', 'f:b e:a d:b c:a b:b a:a', [], '(3×b) (3×a)'],
    ['open one of two that interleave', 'f:b e:a d:b c:a b:b a:a', ['a'], '(3×b) [3×e] [c] [a]'],
    ['show the best rated', 'd:a**** c:a* b:a a:a**', [], '(4×d)'],
    ['show the first taken of the best rated', 'd:a*** c:a*** b:a*** a:a', [], '(4×b)'],
    ['prefer a favourite to any rating', 'd:a***** c:a! b:a a:a', [], '(4×c)'],
    ['show the best rated favourite', 'd:a! c:a!** b:a! a:a***', [], '(4×c)'],
    ['may be one stack only', 'c:a b:a a:a', [], '(3×a)'],
    ['take no notice of what is open elsewhere', 'c:a b:a a:a', ['x'], '(3×a)'],
  ];
  for (const [name, words, opened, expected] of cases) {
    it(name, () => expect(written(words, ...opened)).toBe(expected));
  }

  it('of nothing are none', () => {
    expect(stack([], new Set()).shown).toEqual([]);
  });

  it('stand for every photo', () => {
    const month = rows('g f:b e:a d:b c:a b:b a:a z');
    for (const opened of [[], ['a'], ['b'], ['a', 'b']]) {
      const stacked = stack(month, new Set(opened));
      expect(stacked.standsAt).toHaveLength(month.length);
      month.forEach((row, index) => {
        const tile = stacked.shown[stacked.standsAt[index] as number];
        if (stackOf(stacked, row)?.open === false) expect(tile?.burst).toBe(row.burst);
        else expect(tile).toBe(row);
      });
    }
  });

  it('are found fast enough in a month of 70,000 photos, be they one burst or thousands', () => {
    const [some] = rows('a');
    for (const length of [7, 70_000]) {
      const month = Array.from({ length: 70_000 }, (_, index) => {
        return { ...(some as Row), id: `photo ${index}`, burst: `photo ${Math.floor(index / length)}` };
      });
      stack(month, new Set());
      const began = performance.now();
      expect(stack(month, new Set()).shown).toHaveLength(70_000 / length);
      expect(performance.now() - began).toBeLessThan(2000);
    }
  });
});

describe('opened bursts', () => {
  const still = (opened: string[], before: string | null, after: string) =>
    [...stillOpen(new Set(opened), before === null ? null : rows(before), rows(after))].sort();

  it('are opened and closed by the same move', () => {
    const opened = toggled(new Set(), 'a');
    expect([...opened]).toEqual(['a']);
    expect([...toggled(opened, 'a')]).toEqual([]);
  });

  it('stay open when the month is read again', () => {
    expect(still(['a'], 'd c:a b:a a:a', 'e d c:a b:a a:a')).toEqual(['a']);
    expect(still(['a'], null, 'd c:a b:a a:a')).toEqual(['a']);
  });

  it('stay open when their first photo is gone, or another came before it', () => {
    expect(still(['a'], 'd:a c:a b:a a:a', 'd:b c:b b:b')).toEqual(['b']);
    expect(still(['b'], 'd:b c:b b:b', 'd:a c:a b:a a:a')).toEqual(['a']);
  });

  it('leave nothing behind when they dissolve', () => {
    expect(still(['a'], 'd c:a b:a a:a', 'd c b')).toEqual([]);
    expect(still(['a', 'x'], 'c:a b:a a:a', 'c:a b:a a:a')).toEqual(['a']);
  });

  it('stay open on both sides when they fall apart', () => {
    expect(still(['a'], 'f:a e:a d:a c:a b:a a:a', 'f:d e:d d:d c:a b:a a:a')).toEqual(['a', 'd']);
  });
});
