import { describe, expect, it } from 'vitest';
import { faultOf, NAME_MAX, tidied, twinOf, type NameFault, type NameList } from './names';

describe('a name', () => {
  const cases: [NameList, string, string, NameFault | null][] = [
    ['albums', '  Summer 2019 ', 'Summer 2019', null],
    ['albums', 'a / b', 'a / b', null],
    ['albums', ' \t ', '', 'empty'],
    ['albums', 'x'.repeat(NAME_MAX), 'x'.repeat(NAME_MAX), null],
    ['albums', 'x'.repeat(NAME_MAX + 1), 'x'.repeat(NAME_MAX + 1), 'long'],
    ['albums', '🏖'.repeat(NAME_MAX), '🏖'.repeat(NAME_MAX), null],
    ['tags', ' holiday / greece ', 'holiday/greece', null],
    ['tags', 'holiday//greece', 'holiday//greece', 'part'],
    ['tags', '/greece', '/greece', 'part'],
    ['tags', Array(16).fill('a').join('/'), Array(16).fill('a').join('/'), null],
    ['tags', Array(17).fill('a').join('/'), Array(17).fill('a').join('/'), 'deep'],
  ];
  for (const [list, typed, name, fault] of cases) {
    it(`of ${list} is read from “${typed.slice(0, 30)}”`, () => {
      expect(tidied(list, typed)).toBe(name);
      expect(faultOf(list, name)).toBe(fault);
    });
  }

  const known = ['Sea', 'sea/north', 'Été'].map((name) => ({ name, count: 1 }));
  const twins: [string, string | null, string | null][] = [
    ['sea', null, 'Sea'],
    ['Sea', null, 'Sea'],
    ['sea', 'Sea', null],
    ['ete', null, 'Été'],
    ['north', null, null],
  ];
  for (const [name, from, twin] of twins) {
    it(`${name} ${from ? `instead of ${from} ` : ''}is like ${twin ?? 'no other'}`, () =>
      expect(twinOf(name, known, from)?.name ?? null).toBe(twin));
  }
});
