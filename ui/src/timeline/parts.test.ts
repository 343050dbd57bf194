import { describe, expect, it } from 'vitest';
import { partsOf } from './parts';

describe('a month in parts', () => {
  const cases: [number, string[]][] = [
    [1, ['2024-06 0+1 first last']],
    [10, ['2024-06 0+10 first last']],
    [11, ['2024-06 0+10 first', '2024-06+10 10+1 last']],
    [30, ['2024-06 0+10 first', '2024-06+10 10+10', '2024-06+20 20+10 last']],
  ];
  for (const [count, expected] of cases) {
    it(`of ${count} photos by ten`, () => {
      const parts = partsOf([{ month: '2024-06', count }], 10);
      const said = parts.map(({ key, from, count, first, last }) =>
        [key, `${from}+${count}`, first ? 'first' : '', last ? 'last' : ''].filter(Boolean).join(' '),
      );
      expect(said).toEqual(expected);
    });
  }

  it('keeps the order of the months', () => {
    const months = [
      { month: '2024-06', count: 15 },
      { month: '2024-05', count: 1 },
    ];
    expect(partsOf(months, 10).map(({ key }) => key)).toEqual(['2024-06', '2024-06+10', '2024-05']);
  });
});
