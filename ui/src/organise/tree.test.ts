import { describe, expect, it } from 'vitest';
import { above, branchAt, lastPart, linesOf, treeOf } from './tree';

const compare = (a: string, b: string) => a.localeCompare(b);
const tags = (...names: string[]) => names.map((name, index) => ({ name, count: index + 1 }));

/** The lines as one reads them: two spaces a level, `+` closed, `-` open, the own count. */
function drawn(names: string[], opened: string[] = [], filter = ''): string[] {
  const lines = linesOf(treeOf(tags(...names), compare), new Set(opened), filter);
  return lines.map(({ branch, level, open }) => {
    const sign = open === null ? ' ' : open ? '-' : '+';
    return `${'  '.repeat(level - 1)}${sign}${branch.name} ${branch.own ?? '·'}`;
  });
}

describe('the tree of tags', () => {
  const cases: [string, string[], string[], string, string[]][] = [
    ['nothing', [], [], '', []],
    ['tags without a path, by name', ['sea', 'garden'], [], '', [' garden 2', ' sea 1']],
    ['a closed branch', ['holiday', 'holiday/greece'], [], '', ['+holiday 1']],
    ['an open branch', ['holiday', 'holiday/greece'], ['holiday'], '', ['-holiday 1', '   greece 2']],
    ['a branch that nobody made', ['a/b/c'], ['a', 'a/b'], '', ['-a ·', '  -b ·', '     c 1']],
    ['names that begin alike', ['a', 'a b', 'ab/c'], ['a'], '', [' a 1', ' a b 2', '+ab ·']],
    ['what is looked for, below what is closed', ['a/sea', 'b'], [], 'SEA', ['-a ·', '   sea 1']],
    ['what is below something looked for only if opened', ['sea/a', 'sea/b'], [], 'sea', ['+sea ·']],
    [
      'all that is below something looked for',
      ['sea/a', 'sea/b', 'x'],
      ['sea'],
      'sea',
      ['-sea ·', '   a 1', '   b 2'],
    ],
    ['a path that is looked for', ['a/b', 'b'], [], 'a/b', []],
    ['nothing for what nobody wrote', ['a/b', 'b'], [], 'zz', []],
    ['spaces around it are nothing', ['a', 'b'], [], '  b ', [' b 2']],
  ];
  for (const [what, names, opened, filter, expected] of cases) {
    it(`shows ${what}`, () => expect(drawn(names, opened, filter)).toEqual(expected));
  }

  it('finds a branch by its name', () => {
    const tree = treeOf(tags('a/b/c', 'ab'), compare);
    expect(branchAt(tree, 'a/b')?.below[0]?.path).toBe('a/b/c');
    expect(branchAt(tree, 'ab')?.own).toBe(2);
    expect(branchAt(tree, 'a/x')).toBeNull();
  });
});

describe('a tag', () => {
  const cases: [string, string[], string][] = [
    ['a', [], 'a'],
    ['a/b', ['a'], 'b'],
    ['a/b/c', ['a', 'a/b'], 'c'],
  ];
  for (const [path, parents, name] of cases) {
    it(`${path} stands where it stands`, () => {
      expect(above(path)).toEqual(parents);
      expect(lastPart(path)).toBe(name);
    });
  }
});
