import { describe, expect, it } from 'vitest';
import type { Ledger, Member } from '../backend/types';
import { Texts } from '../i18n/i18n';
import { atRest, Heights, ledgerLine, majority, mayBeLost, type Tone } from './ledger';

const english = new Texts(['en-GB']);
const german = new Texts(['de-DE']);
const NAMES = ['Study PC', 'Laptop', 'Attic', 'Tablet', 'Server'];
const TIP = '9f3a'.repeat(16);

type Device = Partial<Member>;
const on: Device = {};
const off: Device = { reachable: false };

function ledger(devices: Device[], more: Partial<Ledger> = {}): Ledger {
  const members = devices.map((device, number): Member => ({
    id: String(number),
    name: NAMES[number] ?? '',
    role: 'voter',
    placement: 'all',
    reachable: true,
    height: 1204,
    tip: TIP,
    silent_seconds: 0,
    pruned: false,
    disk_full: false,
    ...device,
  }));
  const { needed } = majority(members);
  const heard = members.filter((member) => member.role === 'voter' && member.reachable).length;
  const device = { id: '0', name: 'Study PC', role: 'voter' };
  const scrub = { running: false, finished_at: '2026-01-01T00:00:00Z', checked: 0, repaired: 0, missing: 0 };
  const rest = { household: 'The Millers', pending: 0, standing: 'good', restored: false, photos: 1, scrub };
  return { ...rest, device, height: 1204, tip: TIP, quorum: heard >= needed, members, ...more };
}

/** A device that was made from the bucket, and is no member before it changes something. */
function restored(coming: number): Ledger {
  return ledger([off, off], { coming, restored: true, device: { id: 'new', name: 'New', role: 'voter' } });
}

/** The sentence without the marks that keep a name's direction. */
function said(given: Ledger, words = english): [Tone, string] {
  const { tone, sentence } = ledgerLine(given, words);
  return [tone, sentence.replace(/[\u2068\u2069]/g, '')];
}

describe('the ledger line', () => {
  const behind: Device = { height: 1200, tip: '00' };
  const observer: Device = { role: 'observer' };
  const cases: [string, Ledger, Tone, string][] = [
    ['one device', ledger([on]), 'good', 'This PC holds the whole ledger'],
    ['two that agree', ledger([on, on]), 'good', 'Both devices agree'],
    ['three that agree', ledger([on, on, on]), 'good', 'All 3 devices agree'],
    ['one of three away', ledger([on, on, off]), 'waiting', '2 of 3 devices within reach'],
    ['too few', ledger([on, off]), 'waiting', '1 of 2 devices within reach'],
    ['too few, one edit', ledger([on, off], { pending: 1 }), 'waiting', 'Waiting for Laptop: 1 edit pending'],
    [
      'either would do',
      ledger([on, off, off], { pending: 14 }),
      'waiting',
      'Waiting for Laptop or Attic: 14 edits pending',
    ],
    [
      'both are needed',
      ledger([{ ...on, role: 'observer' }, off, off, off], { pending: 2 }),
      'waiting',
      'Waiting for 2 more devices: 2 edits pending',
    ],
    [
      'an observer waits for both',
      ledger([{ ...on, role: 'observer' }, off, off], { pending: 2 }),
      'waiting',
      'Waiting for Laptop and Attic: 2 edits pending',
    ],
    [
      'many are away',
      ledger([on, off, off, off, off], { pending: 1400 }),
      'waiting',
      'Waiting for 2 more devices: 1,400 edits pending',
    ],
    [
      'an absent observer is not waited for',
      ledger([on, off, { ...off, ...observer }], { pending: 3 }),
      'waiting',
      'Waiting for Laptop: 3 edits pending',
    ],
    ['edits on their way', ledger([on, on], { pending: 2 }), 'waiting', '2 edits wait to be written'],
    ['this one behind', ledger([behind, on]), 'waiting', 'Catching up: block 1,200 of 1,204'],
    ['another one behind', ledger([on, behind]), 'waiting', 'Laptop is catching up'],
    ['two behind', ledger([on, behind, behind]), 'waiting', '2 devices are catching up'],
    [
      'one behind, but away',
      ledger([on, on, { ...behind, ...off }]),
      'waiting',
      '2 of 3 devices within reach',
    ],
    ['one that said nothing yet', ledger([on, { height: null, tip: null }]), 'good', 'Both devices agree'],
    ['another block', ledger([on, { tip: '11' }]), 'trouble', 'Laptop holds another block 1,204'],
    [
      'originals on their way',
      ledger([on], { coming: 3210 }),
      'waiting',
      '3,210 originals are still to come',
    ],
    ['one that was restored', restored(1), 'waiting', '1 original is still to come'],
    ['one that was restored whole', restored(0), 'good', 'Restored from the bucket'],
    [
      'healing',
      ledger([on, on], { standing: 'healing' }),
      'waiting',
      'This device’s ledger is being repaired',
    ],
    ['a copy', ledger([on], { standing: 'superseded' }), 'trouble', 'Another copy of this device is about'],
    [
      'a copy, alone',
      ledger([on], { standing: 'healing' }),
      'trouble',
      'This library was copied, moved or put back',
    ],
    ['removed', ledger([], { standing: 'removed' }), 'trouble', 'This device was removed from the household'],
    ['forked', ledger([on, on], { standing: 'forked' }), 'trouble', 'The devices hold different ledgers'],
    [
      'what later versions say',
      ledger([on], { standing: 'x' }),
      'trouble',
      'This device does not vote at present (x)',
    ],
  ];
  for (const [what, given, tone, sentence] of cases) {
    it(`of ${what}`, () => expect(said(given)).toEqual([tone, sentence]));
  }

  it('ends with the block', () => {
    expect(ledgerLine(ledger([on, on, on]), english).text).toBe('All 3 devices agree (block 1,204 · 9f3a…)');
    expect(ledgerLine(ledger([on, on, on]), german).text).toBe(
      'Alle 3 Geräte sind sich einig (Block 1.204 · 9f3a…)',
    );
  });

  it('is the same while others have not yet heard of the block that just came', () => {
    const before = ledger([on, on]);
    expect(said({ ...before, height: 1205, tip: 'aa' })).toEqual(['good', 'Both devices agree']);
  });

  it('gives others the time to tell their height', () => {
    const given = ledger([on, behind]);
    expect(ledgerLine(given, english, 1200).sentence).toBe('Both devices agree');
    expect(ledgerLine(given, english, 1201).sentence).toContain('is catching up');
  });

  it('says what to do where something is to be done', () => {
    expect(ledgerLine(ledger([on, on]), english).advice).toBeNull();
    for (const standing of ['healing', 'superseded', 'removed', 'forked'])
      expect(ledgerLine(ledger([on], { standing }), english).advice).toMatch(/.{40}/);
    expect(ledgerLine(ledger([on, off]), german).advice).toContain('Laptop');
  });

  it('shortens names and keeps their direction', () => {
    const { sentence } = ledgerLine(ledger([on, { name: 'ح'.repeat(200), ...off }], { pending: 1 }), english);
    expect(sentence).toBe(`Waiting for \u2068${'ح'.repeat(31)}…\u2069: 1 edit pending`);
  });
});

describe('heights', () => {
  it('are answered as of five seconds ago, the first one at once', () => {
    const heights = new Heights();
    const noted: [height: number, at: number, settled: number][] = [
      [10, 0, 10],
      [11, 1000, 10],
      [12, 4000, 10],
      [12, 6000, 11],
      [13, 9000, 12],
      [13, 60_000, 13],
    ];
    for (const [height, at, settled] of noted) expect([at, heights.note(height, at)]).toEqual([at, settled]);
  });
});

describe('a ledger at rest', () => {
  const cases: [string, Ledger, boolean][] = [
    ['agrees', ledger([on, on]), true],
    ['does not wait for those away', ledger([on, on, { ...off, height: 3 }]), true],
    ['has no pending edits', ledger([on], { pending: 1 }), false],
    ['has nobody behind', ledger([on, { height: 1203, tip: '00' }]), false],
    ['is well', ledger([on], { standing: 'healing' }), false],
  ];
  for (const [what, given, expected] of cases) it(what, () => expect(atRest(given)).toBe(expected));
});

describe('devices that are missed', () => {
  const now = Date.parse('2026-07-14T12:00:00Z');
  const seen = (last_seen: string | null): Device => ({ ...off, last_seen });
  const cases: [string, Device[], boolean][] = [
    ['were never seen', [seen(null), seen(null)], true],
    ['were seen days ago', [seen('2026-07-01T12:00:00Z'), seen(null)], true],
    ['were seen a day ago', [seen('2026-07-13T12:00:00Z'), seen(null)], true],
    ['were seen today', [seen('2026-07-14T11:59:00Z'), seen('2026-07-14T00:00:00Z')], false],
    ['were seen today, one of them', [seen('2026-07-14T11:59:00Z'), seen('2026-07-01T12:00:00Z')], false],
    ['are not missed, for a majority is there', [on, seen('2026-07-01T12:00:00Z')], false],
  ];
  for (const [what, others, expected] of cases) {
    it(`${expected ? 'may be lost' : 'are only off'} if they ${what}`, () => {
      expect(mayBeLost(ledger([on, ...others]).members, now)).toBe(expected);
    });
  }
});
