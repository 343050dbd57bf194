/** Where a photo's original is: who holds it, and who of them could give it now. Pure. */
import type { Ledger, Photo, Replica } from '../backend/types';
import { shortName } from '../household/device';

/** Characters of a device's name within a sentence. */
export const NAME_MAX = 40;
/** How the API calls the bucket among those that hold an original. */
const BUCKET = 'bucket';

export interface Holder {
  device: string;
  /** Null for the bucket, which is called so in each language. */
  name: string | null;
  is: 'here' | 'device' | 'bucket';
  verified_at: string | null;
  /** When it was last within reach, as far as this device knows. */
  seen_at: string | null;
  /** Whether it could give the original now; a bucket is thought to. */
  reachable: boolean;
}

/** This device first, then the others by name, then the bucket. */
export function holders(replicas: readonly Replica[], ledger: Ledger | null): Holder[] {
  const order = { here: 0, device: 1, bucket: 2 };
  return replicas
    .map(({ device, verified_at }): Holder => {
      const member = ledger?.members.find(({ id }) => id === device);
      const here = device === ledger?.device.id;
      const is = here ? 'here' : device === BUCKET ? 'bucket' : 'device';
      const name = is === 'bucket' ? null : nameOf(device, ledger);
      const reachable = is !== 'device' || (member?.reachable ?? false);
      return {
        device,
        name,
        is,
        verified_at: verified_at ?? null,
        seen_at: member?.last_seen ?? null,
        reachable,
      };
    })
    .sort((a, b) => order[a.is] - order[b.is] || (a.name ?? '').localeCompare(b.name ?? ''));
}

/** What a device is called, or the beginning of the id of one that left. */
export function nameOf(device: string, ledger: Ledger | null): string {
  return ledger?.members.find(({ id }) => id === device)?.name ?? device.slice(0, 8);
}

/** Whether anybody could give the original now. */
export function withinReach(photo: Photo, ledger: Ledger | null): boolean {
  return holders(photo.replicas, ledger).some(({ reachable }) => reachable);
}

/** Those that an original comes from, or would: within reach first, in a sentence's short names. */
export function sources(
  photo: Photo,
  ledger: Ledger | null,
): Pick<Holder, 'name' | 'reachable' | 'seen_at'>[] {
  return holders(photo.replicas, ledger)
    .filter(({ is }) => is !== 'here')
    .map(({ name, reachable, seen_at }) => ({
      name: name === null ? null : shortName(name, NAME_MAX),
      reachable,
      seen_at,
    }))
    .sort((a, b) => Number(b.reachable) - Number(a.reachable));
}
