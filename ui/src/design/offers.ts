/** What a find-or-create box of labels offers for what was typed. Pure. */
import type { Counted } from '../backend/types';

export type Offer = { kind: 'known'; name: string; count: number } | { kind: 'create'; name: string };

const OFFERED_MAX = 6;

/**
 * Known labels that match, those that begin with the text first, then the much used; a new one last, unless one of
 * exactly that name exists. Labels that are there already are not offered.
 */
export function offers(
  typed: string,
  known: readonly Counted[],
  present: readonly string[],
  /** Offers the most used ones for nothing typed. */
  untyped = false,
): Offer[] {
  const text = typed.trim();
  if (text === '' && !untyped) return [];
  const wanted = text.toLocaleLowerCase();
  const rank = (tag: Counted) => {
    const name = tag.name.toLocaleLowerCase();
    if (name === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    return name.split(/[/\s]/).some((word) => word.startsWith(wanted)) ? 2 : 3;
  };
  const matching = known
    .filter((tag) => tag.name.toLocaleLowerCase().includes(wanted) && !present.includes(tag.name))
    .sort((a, b) => rank(a) - rank(b) || b.count - a.count || a.name.localeCompare(b.name))
    .slice(0, OFFERED_MAX)
    .map((tag): Offer => ({ kind: 'known', ...tag }));
  if (text === '') return matching;
  const exists = known.some((tag) => tag.name === text) || present.includes(text);
  return exists ? matching : [...matching, { kind: 'create', name: text }];
}
