import { describe, expect, it } from 'vitest';
import { MemoryHousehold } from '../backend/memory-household';
import type { Ledger, Member } from '../backend/types';
import { Texts } from '../i18n/i18n';
import { news, troubles } from './troubles';

const english = new Texts(['en-GB']);

function ledger(change: Partial<Member>, more: Partial<Ledger> = {}): Ledger {
  const household = new MemoryHousehold(2, () => undefined);
  household.set(1, change);
  return { household: 'The Millers', photos: 12, ...household.seenAt(5, 'ab'), ...more };
}

describe('troubles', () => {
  const cases: [string, Ledger, [string, RegExp][]][] = [
    ['none', ledger({}), []],
    ['a full disk', ledger({ disk_full: true }), [['⁨Kitchen laptop⁩ is full', /Make room there/]]],
    [
      'a clock that is off',
      ledger({ clock_ahead_seconds: 7200 }),
      [['⁨Kitchen laptop⁩ has another time', /2 hours ahead/]],
    ],
    [
      'a silent device',
      ledger({ silent_seconds: 4 * 86_400, reachable: false }),
      [['Nothing is heard of ⁨Kitchen laptop⁩', /Silent for 4 days/]],
    ],
    [
      'two that do not go on with each other',
      ledger({ trouble: 'It runs another version. Update it.' }),
      [['⁨Kitchen laptop⁩ needs care', /^It runs another version/]],
    ],
    [
      'a ledger that somebody has to look at',
      ledger({}, { standing: 'removed' }),
      [['Your household needs care', /^This device was removed from the household\. What it holds/]],
    ],
    ['a ledger that repairs itself', ledger({}, { standing: 'healing' }), []],
    ['a device that is off', ledger({ reachable: false }), []],
  ];
  for (const [name, given, expected] of cases) {
    it(name, () => {
      const found = troubles(given, english);
      expect(found.map(({ title }) => title)).toEqual(expected.map(([title]) => title));
      for (const [index, [, body]] of expected.entries()) expect(found[index]?.body).toMatch(body);
    });
  }

  it('keep their key while the words change', () => {
    const keys = [4, 5].map((days) => troubles(ledger({ silent_seconds: days * 86_400 }), english)[0]?.key);
    expect(keys[0]).toBe(keys[1]);
  });
});

describe('news', () => {
  const full = { key: 'full', title: '', body: '' };
  const off = { key: 'clock', title: '', body: '' };

  it('are told once, and again after they were over', () => {
    const steps: [(typeof full)[], string[]][] = [
      [[full], ['full']],
      [[full], []],
      [[full, off], ['clock']],
      [[off], []],
      [[off, full], ['full']],
      [[], []],
      [[off], ['clock']],
    ];
    let told: string[] = [];
    for (const [now, expected] of steps) {
      const found = news(now, told);
      told = found.told;
      expect(found.fresh.map(({ key }) => key)).toEqual(expected);
    }
  });
});
