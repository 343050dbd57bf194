/** Groups of which somebody said that the photos are not the same: not shown on this device any more. Pure but for the storage. */

const KEY = 'kinfolio.alike.hidden';
/** The oldest are forgotten first. */
export const HIDDEN_MAX = 500;
/** Of a hash, enough to tell any two photos apart. */
const ID_CHARS = 24;

/** What a group is remembered by: with one photo more it is another. */
export function keyOf(ids: readonly string[]): string {
  return ids
    .map((id) => id.slice(-ID_CHARS))
    .sort()
    .join('.');
}

export function parsed(text: string | null): string[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter((key) => typeof key === 'string').slice(-HIDDEN_MAX) : [];
  } catch {
    return [];
  }
}

export function withKey(keys: readonly string[], key: string): string[] {
  return [...keys.filter((other) => other !== key), key].slice(-HIDDEN_MAX);
}

export function readHidden(): string[] {
  try {
    return parsed(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

export function keepHidden(keys: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(keys));
  } catch {
    // Without storage they are hidden as long as the window is open.
  }
}
