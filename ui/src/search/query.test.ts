import { describe, expect, it } from 'vitest';
import { markWrong, normalised } from './query';

describe('the mark under a wrong query', () => {
  const cases: [string, number, string, string, string][] = [
    ['hello album:x', 6, 'hello ', 'album:x', ''],
    ['iso:>>8 beach', 0, '', 'iso:>>8', ' beach'],
    ['beach (', 6, 'beach ', '(', ''],
    ['beach OR', 8, 'beach OR', '\u00a0', ''],
    ['beach', 99, 'beach', '\u00a0', ''],
    ['beach', -1, '', 'beach', ''],
    ['🏖️ x:y', 3, '🏖️ ', 'x:y', ''],
  ];
  for (const [query, at, before, wrong, after] of cases) {
    it(`stands at ${at} in “${query}”`, () => {
      expect(markWrong(query, at)).toEqual({ before, wrong, after });
    });
  }
});

describe('a query', () => {
  it('means the same with other spaces', () => {
    expect(normalised('  tag:x   beach ')).toBe('tag:x beach');
    expect(normalised(' \t ')).toBe('');
  });
});
