import { describe, expect, it } from 'vitest';
import { Texts } from '../i18n/i18n';
import { partsOf } from './loosen.svelte';
import { askedAt, fieldOffers, readable, suggestionOffers, valueOffers } from './suggest';

const english = new Texts(['en-GB']);
const german = new Texts(['de-DE']);
const suggestion = (field: string, name: string, count = 3) => {
  return { field, name, count, query: name === '' ? `${field}:` : `${field}:"${name}"` };
};

describe('what is being typed', () => {
  const cases: [string, ReturnType<typeof askedAt>][] = [
    ['gre|', { field: null, text: 'gre', from: 0, to: 3 }],
    ['sea gre|', { field: null, text: 'gre', from: 4, to: 7 }],
    ['gr|e', null],
    ['gre |', null],
    ['|gre', null],
    ['tag:gre|', { field: 'tag', text: 'gre', from: 0, to: 7 }],
    ['-tag:gre|', { field: 'tag', text: 'gre', from: 1, to: 8 }],
    ['-gre|', { field: null, text: 'gre', from: 1, to: 4 }],
    ['TAG:|', { field: 'tag', text: '', from: 0, to: 4 }],
    ['album:"Summer 2|', { field: 'album', text: 'Summer 2', from: 0, to: 15 }],
    ['album:"Summer 2019"|', null],
    ['field.box:at|', { field: 'field.box', text: 'at', from: 0, to: 12 }],
    ['foo:b|', null],
    ['(a OR tag:x| b)', { field: 'tag', text: 'x', from: 6, to: 11 }],
    ['"gre|', null],
  ];
  for (const [typed, expected] of cases) {
    it(`in “${typed}” is ${expected ? `“${expected.text}”` : 'nothing'}`, () => {
      expect(askedAt(typed.replace('|', ''), typed.indexOf('|'))).toEqual(expected);
    });
  }
});

describe('fields', () => {
  it('are offered by their name in the language and in the person’s words', () => {
    expect(fieldOffers('ta', english).map(({ query }) => query)).toEqual(['tag:', 'taken:']);
    expect(fieldOffers('kam', german).map(({ query }) => query)).toEqual(['camera:']);
    expect(fieldOffers('xyz', english)).toEqual([]);
    expect(fieldOffers('near', english)[0]?.note).toContain('10km');
  });

  it('have the values that there are', () => {
    const of = (field: string, text: string) =>
      valueOffers({ field, text, from: 0, to: 0 }, english).map(({ query }) => query);
    expect(of('has', '')).toContain('has:gps');
    expect(of('is', 'vid')).toEqual(['is:video']);
    expect(of('has', 'position')).toEqual(['has:gps']);
    expect(of('tag', '')).toEqual([]);
  });
});

describe('suggestions of the library', () => {
  const all = [
    suggestion('tag', 'holiday/greece', 12),
    suggestion('album', 'Greece'),
    suggestion('field.Box', ''),
  ];
  const of = (field: string | null, text: string) =>
    suggestionOffers(all, { field, text, from: 0, to: 0 }, english);

  it('say what they are and how many there are', () => {
    expect(of(null, 'gre')[0]).toMatchObject({
      kind: 'term',
      icon: 'tag',
      label: 'holiday/greece',
      note: 'Tag',
      count: 12,
      query: 'tag:"holiday/greece"',
    });
    expect(of(null, 'b')[2]).toMatchObject({ kind: 'field', query: 'field.Box:' });
  });

  it('are of the field that was named', () => {
    expect(of('album', 'gre').map(({ query }) => query)).toEqual(['album:"Greece"']);
  });

  it('leave out what stands there already', () => {
    expect(of('album', 'greece')).toEqual([]);
  });
});

describe('a search', () => {
  it('is read in the words of its chips', () => {
    expect(readable('tag:garden rating:>=4 sea', english)).toBe('garden · 4 stars or more · sea');
    expect(readable('-tag:garden', german)).toBe('nicht garden');
    expect(readable('tag:a OR tag:b', english)).toBe('a OR b');
    expect(readable('red sand', english)).toBe('red sand');
  });

  it('is loosened by each of its parts, as long as something is left', () => {
    expect(partsOf(['tag:x', '-is:video'], 'sea sand')).toEqual([
      { part: 'tag:x', query: '-is:video sea sand' },
      { part: '-is:video', query: 'tag:x sea sand' },
      { part: 'sea', query: 'tag:x -is:video sand' },
      { part: 'sand', query: 'tag:x -is:video sea ' },
    ]);
    expect(partsOf(['tag:x'], '')).toEqual([]);
    expect(partsOf([], 'sea')).toEqual([]);
  });
});
