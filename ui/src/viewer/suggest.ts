/** What the find-or-create box of tags offers for what was typed. Pure. */
import type { TagCount } from '../backend/types';

export type Offer = { kind: 'tag'; name: string; count: number } | { kind: 'create'; name: string };

const OFFERED_MAX = 6;

/**
 * Known tags that match, those that begin with the text first, then the much used; a new tag last, unless one of
 * exactly that name exists. Tags that the photo has already are not offered.
 */
export function offers(typed: string, known: readonly TagCount[], present: readonly string[]): Offer[] {
  const text = typed.trim();
  if (text === '') return [];
  const wanted = text.toLocaleLowerCase();
  const rank = (tag: TagCount) => {
    const name = tag.name.toLocaleLowerCase();
    if (name === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    return name.split(/[/\s]/).some((word) => word.startsWith(wanted)) ? 2 : 3;
  };
  const matching = known
    .filter((tag) => tag.name.toLocaleLowerCase().includes(wanted) && !present.includes(tag.name))
    .sort((a, b) => rank(a) - rank(b) || b.count - a.count || a.name.localeCompare(b.name))
    .slice(0, OFFERED_MAX)
    .map((tag): Offer => ({ kind: 'tag', ...tag }));
  const exists = known.some((tag) => tag.name === text) || present.includes(text);
  return exists ? matching : [...matching, { kind: 'create', name: text }];
}
