import { describe, expect, it } from 'vitest';
import {
  begun,
  hasWords,
  joined,
  normalised,
  sameThing,
  split,
  termOf,
  tokenise,
  words,
  written,
} from './tokens';

describe('a query taken apart', () => {
  const cases: [string, string][] = [
    ['', ''],
    ['beach', 'word'],
    ['a  b', 'word space word'],
    ['tag:x', 'term'],
    ['-tag:x', 'minus term'],
    ['--tag:x', 'minus minus term'],
    ['semi-final', 'word'],
    ['tag:"a (b) \\" c" d', 'term space word'],
    ['album:„Sommer 2019“', 'term'],
    ['"a b" c', 'quoted space word'],
    ['a"b c"', 'word quoted'],
    ['(a OR b) c', 'open word space or space word close space word'],
    ['a OR(b)', 'word space or open word close'],
    ['ORANGE or OR', 'word space word space or'],
    ['-OR', 'minus word'],
    ['tag:x)', 'term close'],
    ['field.price:>9.5', 'term'],
    ['tag:', 'term'],
    ['http://x.org/a?b', 'term'],
    ['🏖️ tag:🎂', 'word space term'],
    ['a\u0085b\u00a0c', 'word space word space word'],
  ];
  for (const [query, kinds] of cases) {
    it(`“${query}” is ${kinds || 'nothing'}`, () => {
      const tokens = tokenise(query);
      expect(tokens.map(({ kind }) => kind).join(' ')).toBe(kinds);
    });
  }

  it('loses no character, whatever somebody types', () => {
    const pieces = [
      'tag:x',
      '"a b',
      '"',
      ' ',
      '(',
      ')',
      'OR',
      '-',
      'a',
      ':',
      '\\',
      '“',
      '\t',
      '🎂',
      'field.a:1',
    ];
    let seed = 7;
    const pick = () => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return pieces[seed % pieces.length] ?? '';
    };
    for (let round = 0; round < 500; round += 1) {
      const query = Array.from({ length: round % 12 }, pick).join('');
      const tokens = tokenise(query);
      expect(tokens.map(({ text }) => text).join('')).toBe(query);
      for (const { at, text } of tokens) expect(query.slice(at, at + text.length)).toBe(text);
    }
  });

  it('says of each part whether something is missing', () => {
    const unfinished = ['tag:', 'tag:"a b', '"a', 'tag:a(b)', 'tag:a"b"'];
    for (const query of unfinished) expect([query, tokenise(query)[0]?.whole]).toEqual([query, false]);
    for (const query of ['tag:x', 'tag:"a b"', '"a"'])
      expect([query, tokenise(query)[0]?.whole]).toEqual([query, true]);
  });
});

describe('a whole query in the box', () => {
  const cases: [string, string[], string][] = [
    ['beach', [], 'beach'],
    ['tag:x', ['tag:x'], ''],
    ['tag:x beach', ['tag:x'], 'beach'],
    ['-tag:x album:"Summer 2019"', ['-tag:x', 'album:"Summer 2019"'], ''],
    // The space says that the word was whole before, and is.
    ['beach tag:x', ['tag:x'], 'beach '],
    ['beach tag:x sea', ['tag:x'], 'beach sea'],
    ['field.box:attic FIELD.Price:>9', ['field.box:attic', 'FIELD.Price:>9'], ''],
    ['tag:x OR tag:y', [], 'tag:x OR tag:y'],
    ['tag:x a OR b', [], 'tag:x a OR b'],
    ['(tag:x OR tag:y) tag:z', ['tag:z'], '(tag:x OR tag:y) '],
    ['-(tag:x) tag:z', ['tag:z'], '-(tag:x) '],
    ['--tag:x', [], '--tag:x'],
    ['foo:bar 12:30 tag:x', ['tag:x'], 'foo:bar 12:30 '],
    ['tag:x"b"', [], 'tag:x"b"'],
    ['tag:"a b', [], 'tag:"a b'],
    ['tag: x', [], 'tag: x'],
    ['"tag:x y"', [], '"tag:x y"'],
    ['field.:x', [], 'field.:x'],
  ];
  for (const [query, chips, typed] of cases) {
    it(`“${query}” is ${chips.length} chips and “${typed}”`, () => {
      expect(split(query)).toMatchObject({ chips, typed });
    });
  }

  it('says the same once it is joined again', () => {
    for (const [query] of cases) {
      const { chips, typed } = split(query);
      const again = split(joined(chips, typed));
      expect(again).toMatchObject({ chips, typed });
      const sorted = (text: string) => normalised(`${text} `).trim().split(' ').sort();
      expect(sorted(joined(chips, typed))).toEqual(sorted(query));
    }
  });
});

describe('a term that is being typed', () => {
  /** `|` is the caret. */
  const cases: [string, string[], string][] = [
    ['tag:x|', [], 'tag:x|'],
    ['tag:x |', ['tag:x'], '|'],
    ['-tag:x |', ['-tag:x'], '|'],
    ['tag:x| beach', [], 'tag:x| beach'],
    ['tag:x |beach', ['tag:x'], '|beach'],
    ['tag:x bea|ch', ['tag:x'], 'bea|ch'],
    ['beach tag:x |', ['tag:x'], 'beach |'],
    ['|tag:x beach', [], '|tag:x beach'],
    ['album:"Summer |', [], 'album:"Summer |'],
    ['album:"Summer 2019" |', ['album:"Summer 2019"'], '|'],
    ['(tag:x |', [], '(tag:x |'],
    ['tag:x OR|', ['tag:x'], 'OR|'],
    ['tag:x OR |', [], 'tag:x OR |'],
    ['tag: |', [], 'tag: |'],
    ['  |', [], '  |'],
  ];
  for (const [before, chips, after] of cases) {
    it(`“${before}” becomes “${after}”`, () => {
      const parts = split(before.replace('|', ''), before.indexOf('|'));
      expect(parts.chips).toEqual(chips);
      expect(`${parts.typed.slice(0, parts.caret)}|${parts.typed.slice(parts.caret)}`).toBe(after);
    });
  }
});

describe('what is only begun', () => {
  const cases: [string, string][] = [
    ['sea', 'sea'],
    ['sea ', 'sea '],
    ['tag:x ', 'tag:x '],
    ['sea tag:', 'sea '],
    ['sea -', 'sea '],
    ['sea -tag:', 'sea '],
    ['tag:', ''],
    ['tag: ', ''],
    ['tag:x album:"Summer 20', 'tag:x '],
    ['"red sa', ''],
    ['a OR', 'a '],
    ['a OR ', 'a '],
    ['sea has:conf', 'sea '],
    ['sea -is:Fav', 'sea '],
    ['rating:>=', ''],
    ['has:conflict', 'has:conflict'],
    ['has:conf ', 'has:conf '],
    ['has:xyz', 'has:xyz'],
    ['iso:>=3', 'iso:>=3'],
    ['tag:c', 'tag:c'],
    ['sea (a OR b', 'sea (a OR b)'],
    ['sea (a OR', 'sea (a )'],
    ['sea (', 'sea '],
    ['sea -(tag:', 'sea '],
    // What is wrong rather than unfinished is for the library to say.
    ['tag:a(b)', 'tag:a(b)'],
    ['a )', 'a )'],
    ['tag: sea', 'tag: sea'],
  ];
  for (const [query, expected] of cases) {
    it(`is left out of “${query}”`, () => expect(begun(query)).toBe(expected));
  }
});

describe('the same search', () => {
  const cases: [string, string][] = [
    ['  tag:x   beach', 'tag:x beach'],
    // A word with a space behind it is whole, without one it may be the beginning of another.
    ['beach ', 'beach '],
    ['beach tag:x ', 'beach tag:x'],
    [' \t ', ''],
    ['album:"two  spaces"  x', 'album:"two  spaces" x'],
    ['(a  OR b) ', '(a OR b)'],
  ];
  for (const [query, expected] of cases) {
    it(`“${query}” is “${expected}”`, () => expect(normalised(query)).toBe(expected));
  }
});

describe('terms', () => {
  it('are read and written as they are meant', () => {
    const cases: [string, ReturnType<typeof termOf>, string][] = [
      ['tag:Holiday', { not: false, field: 'tag', value: 'Holiday' }, 'tag:Holiday'],
      ['-TAG:"a b"', { not: true, field: 'tag', value: 'a b' }, '-tag:"a b"'],
      [
        'album:"say \\"x\\" \\\\"',
        { not: false, field: 'album', value: 'say "x" \\' },
        'album:"say \\"x\\" \\\\"',
      ],
      ['camera:D70', { not: false, field: 'camera', value: 'D70' }, 'camera:"D70"'],
    ];
    for (const [text, term, again] of cases) {
      expect(termOf(text)).toEqual(term);
      expect(term && written(term)).toBe(again);
    }
    for (const text of ['x', 'tag:', 'tag:x y', '"tag:x"', '(tag:x)']) expect(termOf(text)).toBeNull();
  });

  it('are of the same thing in any spelling', () => {
    const of = (text: string) => termOf(text) as NonNullable<ReturnType<typeof termOf>>;
    expect(sameThing(of('tag:Garden'), of('-tag:"garden"'))).toBe(true);
    expect(sameThing(of('tag:garden'), of('album:garden'))).toBe(false);
  });
});

describe('words', () => {
  it('are what a photo can match better or worse', () => {
    for (const query of ['beach', 'tag:x -"a b"', '(is:video OR sea)']) expect(hasWords(query)).toBe(true);
    for (const query of ['', 'tag:x', '-(tag:x OR is:video)']) expect(hasWords(query)).toBe(false);
  });

  it('can be left out one by one', () => {
    expect(words('tag:x sea -"red sand" (a b)')).toEqual([
      { text: 'sea', rest: 'tag:x -"red sand" (a b)' },
      { text: '-"red sand"', rest: 'tag:x sea (a b)' },
    ]);
    expect(words('a OR b')).toEqual([]);
  });
});
