import { describe, expect, it } from 'vitest';
import { chipAt, markWrong } from './query';

describe('the mark under a wrong query', () => {
  const cases: [string, number, string, string, string][] = [
    ['hello album:x', 6, 'hello ', 'album:x', ''],
    ['iso:>>8 beach', 0, '', 'iso:>>8', ' beach'],
    ['beach (', 6, 'beach ', '(', ''],
    ['beach OR', 8, 'beach OR', '\u00a0', ''],
    ['beach', 99, 'beach', '\u00a0', ''],
    ['beach', -1, '', 'beach', ''],
    ['🏖️ x:y', 3, '🏖️ ', 'x:y', ''],
    ['camera:"- -" x', 7, 'camera:', '"- -"', ' x'],
    ['iso:>8x) a', 4, 'iso:', '>8x', ') a'],
    ['tag: x', 4, 'tag:', '\u00a0', ' x'],
  ];
  for (const [query, at, before, wrong, after] of cases) {
    it(`stands at ${at} in “${query}”`, () => {
      expect(markWrong(query, at)).toEqual({ before, wrong, after });
    });
  }
});

describe('a wrong chip', () => {
  const chips = ['tag:🎂', 'iso:>>8'];
  const cases: [number, number][] = [
    [0, 0],
    [4, 0],
    [6, 1],
    [10, 1],
    [14, -1],
    [99, -1],
  ];
  for (const [at, chip] of cases) {
    it(`is ${chip} for character ${at}`, () => {
      expect(chipAt(chips, 'tag:🎂 iso:>>8 beach', at)).toBe(chip);
    });
  }

  it('is the last one where something is missing at its end', () => {
    expect(chipAt(['taken:2019..'], 'taken:2019..', 12)).toBe(0);
  });
});
