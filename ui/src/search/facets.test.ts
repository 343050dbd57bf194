import { describe, expect, it } from 'vitest';
import { entriesOf } from './facets';

const counted = [
  { name: 'Garden', count: 12 },
  { name: 'school', count: 4 },
];

describe('the entries of a facet', () => {
  it('are what was counted', () => {
    expect(entriesOf('tag', counted, ['album:garden', 'camera:"x"'])).toEqual([
      { name: 'Garden', count: 12, says: null },
      { name: 'school', count: 4, says: null },
    ]);
  });

  it('begin with what the query says, found or not', () => {
    expect(entriesOf('tag', counted, ['-tag:"sea side"', 'tag:SCHOOL'])).toEqual([
      { name: 'sea side', count: null, says: 'without' },
      { name: 'school', count: 4, says: 'with' },
      { name: 'Garden', count: 12, says: null },
    ]);
  });

  it('know years, and leave other times alone', () => {
    const years = [{ name: '2019', count: 3 }];
    expect(entriesOf('taken', years, ['taken:>2015', 'taken:2019-07'])).toEqual([
      { name: '2019', count: 3, says: null },
    ]);
    expect(entriesOf('taken', [], ['taken:2018'])).toEqual([{ name: '2018', count: null, says: 'with' }]);
  });
});
