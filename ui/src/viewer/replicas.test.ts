import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBackend } from '../backend/memory';
import { invent } from '../backend/memory-photos';
import type { Ledger, Photo } from '../backend/types';
import { Texts } from '../i18n/i18n';
import { originalFault, sourceNames } from './facts';
import { holders, nameOf, withinReach } from './replicas';

describe('who holds an original', () => {
  const english = new Texts(['en-GB']);
  let ledger: Ledger;
  let photo: Photo;

  const id = (number: number) => number.toString(16).padStart(32, '0');
  const heldBy = (...devices: string[]) =>
    (photo.replicas = devices.map((device) => ({ device, verified_at: null })));

  beforeEach(async () => {
    const backend = new MemoryBackend({ photos: 1, devices: 3 });
    backend.others.at(2).name = 'Attic server';
    backend.others.set(1, { reachable: false });
    ledger = await backend.ledger();
    photo = invent({ month: '2024-06', number: 0, of: 1 });
  });

  it('is this device first, the others by name, the bucket last', () => {
    heldBy('bucket', id(1), 'f'.repeat(32), id(2), id(0));
    const names = holders(photo.replicas, ledger).map(({ name, is }) => name ?? is);
    expect(names).toEqual(['Study PC', 'Attic server', 'ffffffff', 'Kitchen laptop', 'bucket']);
  });

  it('can give it if it is here, within reach, or the bucket', () => {
    const cases: [string[], boolean][] = [
      [[id(0)], true],
      [[id(1)], false],
      [[id(1), id(2)], true],
      [['bucket'], true],
      [['f'.repeat(32)], false],
      [[], false],
    ];
    for (const [devices, expected] of cases) {
      heldBy(...devices);
      expect([devices, withinReach(photo, ledger)]).toEqual([devices, expected]);
    }
  });

  it('is named, those within reach first', () => {
    heldBy(id(0), id(1), id(2), 'bucket');
    const plain = (names: string[]) => names.map((name) => name.replace(/[\u2068\u2069]/g, ''));
    expect(plain(sourceNames(photo, ledger, false, english))).toEqual([
      'Attic server',
      'the bucket',
      'Kitchen laptop',
    ]);
    expect(plain(sourceNames(photo, ledger, true, english))).toEqual(['Attic server', 'the bucket']);
  });

  it('is told where it is out of reach', () => {
    const told = (code: string) =>
      originalFault({ code, reason: 'the disk is gone' }, photo, ledger, english, now).replace(
        /[\u2068\u2069]/g,
        '',
      );
    const now = Date.now() + 3 * 86_400_000;
    heldBy(id(1));
    expect(told('original_unreachable')).toBe(
      'The original is on Kitchen laptop (last seen 3 days ago), which is not within reach.',
    );
    heldBy(id(1), id(2));
    expect(told('original_unreachable')).toMatch(
      /on Attic server \(last .*\) and Kitchen laptop \(last .*\), none of which/,
    );
    heldBy();
    expect(told('original_unreachable')).toBe('No device within reach holds the original.');
    expect(told('original_missing')).toBe('No copy of the original is known any more.');
    expect(told('internal')).toBe('The original could not be loaded: the disk is gone');
  });

  it('is the beginning of an id where nobody knows the name', () => {
    expect([nameOf(id(1), ledger), nameOf('ab'.repeat(16), null)]).toEqual(['Kitchen laptop', 'abababab']);
  });
});
