import { describe, expect, it } from 'vitest';
import { standings, type Facts } from './facts';
import { HIDDEN_MAX, keyOf, parsed, withKey } from './hidden';

const photo = (more: Partial<Facts> = {}): Facts => ({
  width: 4000,
  height: 3000,
  size: 5_000_000,
  taken: '2019-07-14T12:00:00+02:00',
  rating: 0,
  tags: 2,
  ...more,
});

describe('what tells photos apart', () => {
  const cases: [string, Facts[], Partial<Record<keyof ReturnType<typeof standings>[0], string[]>>][] = [
    ['nothing', [photo(), photo()], { pixels: ['same', 'same'], taken: ['same', 'same'] }],
    ['pixels', [photo(), photo({ width: 2000 })], { pixels: ['most', 'differs'], size: ['same', 'same'] }],
    [
      'a picture turned is as large',
      [photo(), photo({ width: 3000, height: 4000 })],
      { pixels: ['same', 'same'] },
    ],
    ['bytes', [photo(), photo({ size: 9_000_000 })], { size: ['differs', 'most'] }],
    [
      'bytes that read the same do not',
      [photo({ size: 136_400 }), photo({ size: 135_900 }), photo({ size: 136_100 })],
      { size: ['same', 'same', 'same'] },
    ],
    [
      'the most of those that read the same',
      [photo({ size: 5_440_000 }), photo({ size: 5_350_001 }), photo({ size: 5_300_000 })],
      { size: ['most', 'most', 'differs'] },
    ],
    ['bytes that are not known yet do not', [photo(), photo({ size: null })], { size: ['same', 'same'] }],
    [
      'two that have the most',
      [photo({ rating: 4 }), photo(), photo({ rating: 4 })],
      { rating: ['most', 'differs', 'most'] },
    ],
    [
      'the time, of which none is better',
      [photo(), photo({ taken: 'later' })],
      { taken: ['differs', 'differs'] },
    ],
  ];
  for (const [what, group, expected] of cases) {
    it(`${what}`, () => {
      const told = standings(group);
      for (const [fact, standing] of Object.entries(expected))
        expect(told.map((one) => one[fact as 'pixels'])).toEqual(standing);
    });
  }
});

describe('groups that are hidden', () => {
  it('are known by their photos, in whatever order', () => {
    expect(keyOf(['b', 'a'])).toBe(keyOf(['a', 'b']));
    expect(keyOf(['a', 'b', 'c'])).not.toBe(keyOf(['a', 'b']));
  });

  it('are read from what was kept, and from nonsense as none', () => {
    for (const text of [null, '', '{', '{"a":1}', '7']) expect(parsed(text)).toEqual([]);
    expect(parsed('["a",1,"b"]')).toEqual(['a', 'b']);
  });

  it('are forgotten from the oldest on', () => {
    let keys: string[] = [];
    for (let number = 0; number < HIDDEN_MAX + 10; number += 1) keys = withKey(keys, `group ${number}`);
    expect(keys).toHaveLength(HIDDEN_MAX);
    expect(keys[0]).toBe('group 10');
    expect(withKey(keys, 'group 10').at(-1)).toBe('group 10');
  });
});
