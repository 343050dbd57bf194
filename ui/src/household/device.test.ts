import { describe, expect, it } from 'vitest';
import type { Member } from '../backend/types';
import { Texts } from '../i18n/i18n';
import { ago, clock, inOrder, isLastVoter, presence, progress, shortName, silence, placed } from './device';

function member(id: string, more: Partial<Member> = {}): Member {
  const rest = {
    placement: 'all',
    height: 10,
    tip: 'aa',
    silent_seconds: 0,
    pruned: false,
    disk_full: false,
  };
  return { id, name: id, role: 'voter', reachable: true, ...rest, ...more };
}

describe('devices', () => {
  it('stand in an order that does not change when they come and go', () => {
    const members = [member('b'), member('here', { name: 'zz' }), member('a', { reachable: false })];
    expect(inOrder(members, 'here').map((one) => one.id)).toEqual(['here', 'a', 'b']);
  });

  it('are here, online or away', () => {
    expect(presence(member('a'), 'a')).toBe('here');
    expect(presence(member('b'), 'a')).toBe('online');
    expect(presence(member('b', { reachable: false }), 'a')).toBe('away');
  });

  it('are behind the longest chain', () => {
    const members = [member('a'), member('b', { height: 4 }), member('c', { height: null })];
    expect(members.map((one) => progress(one, members))).toEqual([
      { is: 'current' },
      { is: 'behind', blocks: 6 },
      { is: 'unheard' },
    ]);
  });

  it('keep a voter among them', () => {
    const members = [member('a'), member('b', { role: 'observer' })];
    expect(members.map((one) => isLastVoter(one, members))).toEqual([true, false]);
    expect(isLastVoter(member('a'), [member('a')])).toBe(true);
  });
});

describe('when a device was seen', () => {
  const now = Date.parse('2026-03-04T12:00:00Z');
  const cases: [string, string, string][] = [
    ['2026-03-04T12:00:20Z', 'just now', 'gerade eben'],
    ['2026-03-04T11:59:40Z', 'just now', 'gerade eben'],
    ['2026-03-04T11:59:05Z', '1 minute ago', 'vor 1 Minute'],
    ['2026-03-04T09:10:00Z', '2 hours ago', 'vor 2 Stunden'],
    ['2026-03-03T11:00:00Z', 'yesterday', 'gestern'],
    ['2026-02-10T11:00:00Z', '3 weeks ago', 'vor 3 Wochen'],
    ['2023-03-04T11:00:00Z', '3 years ago', 'vor 3 Jahren'],
    ['nonsense', 'nonsense', 'nonsense'],
  ];
  for (const [then, english, german] of cases) {
    it(`says ${english}`, () => {
      expect(ago(then, now, new Texts(['en-GB']))).toBe(english);
      expect(ago(then, now, new Texts(['de']))).toBe(german);
    });
  }
});

describe('a device that is silent for long', () => {
  const seen = '2026-02-01T12:00:00Z';
  const cases: [Partial<Member>, string | null, string | null][] = [
    [{ silent_seconds: 86_399, prune_at: '2026-03-04T12:00:00Z' }, null, null],
    [{ silent_seconds: 2 * 86_400 }, 'Silent for 2 days.', 'Seit 2 Tagen stumm.'],
    [
      { silent_seconds: 86_400, prune_at: '2026-03-04T12:00:00Z' },
      'Silent for a day. Will stop counting on 4 March 2026.',
      'Seit einem Tag stumm. Zählt ab 4. März 2026 nicht mehr mit.',
    ],
    [
      { pruned: true, role: 'observer', last_seen: seen },
      'Does not count: silent since 1 February 2026. Once it is back it counts again by itself.',
      'Zählt nicht mit: stumm seit 1. Februar 2026. Ist es wieder da, zählt es von selbst wieder mit.',
    ],
    [
      { pruned: true, role: 'observer' },
      'Does not count: silent for long. Once it is back it counts again by itself.',
      'Zählt nicht mit: seit Langem stumm. Ist es wieder da, zählt es von selbst wieder mit.',
    ],
  ];
  for (const [more, english, german] of cases) {
    it(`says ${english}`, () => {
      expect(silence(member('a', more), new Texts(['en-GB']))).toBe(english);
      expect(silence(member('a', more), new Texts(['de']))).toBe(german);
    });
  }
});

describe('a clock that is off', () => {
  const cases: [number | null, string | null, string | null][] = [
    [null, null, null],
    [365 * 86_400, '365 days ahead of', 'vor, um 365 Tage'],
    [-26 * 3600, '26 hours behind', 'nach, um 26 Stunden'],
    [-660, '11 minutes behind', 'nach, um 11 Minuten'],
  ];
  for (const [seconds, english, german] of cases) {
    it(`by ${seconds} seconds is told`, () => {
      const off = member('a', { clock_ahead_seconds: seconds });
      const told = (locale: string) => clock(off, new Texts([locale]));
      if (english === null || german === null) {
        expect(told('en-GB')).toBeNull();
      } else {
        expect(told('en-GB')).toContain(english);
        expect(told('de')).toContain(german);
      }
    });
  }
});

describe('a name in a sentence', () => {
  const cases: [string, number, string][] = [
    ['Study PC', 8, 'Study PC'],
    ['Study PC in the attic', 9, 'Study PC…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 2, '👨‍👩‍👧‍👦👨‍👩‍👧‍👦'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 2, '👨‍👩‍👧‍👦…'],
  ];
  for (const [name, max, expected] of cases) {
    it(`is “${expected}”`, () => expect(shortName(name, max)).toBe(expected));
  }
});

it('which originals a device keeps, however many days it was told', () => {
  expect(placed('all')).toBe('all');
  expect(placed('recent:7')).toBe('recent');
  expect(placed('on-demand')).toBe('on-demand');
});
