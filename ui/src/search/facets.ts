/** What the results have in common, as lists to narrow the search down with. Pure. */
import type { Facets } from '../backend/types';
import { sameThing, termOf, type Term } from './tokens';

export type FacetList = keyof Facets;

export interface FacetEntry {
  name: string;
  /** Null where the photos that are found do not say, as of what the search leaves out. */
  count: number | null;
  says: 'with' | 'without' | null;
}

export const FACET_FIELDS: readonly { list: FacetList; field: string }[] = [
  { list: 'tags', field: 'tag' },
  { list: 'people', field: 'person' },
  { list: 'places', field: 'place' },
  { list: 'albums', field: 'album' },
  { list: 'years', field: 'taken' },
  { list: 'cameras', field: 'camera' },
];

/** The entries of a list: first what the query says already, found or not, then what the library counted. */
export function entriesOf(field: string, counted: Facets[FacetList], chips: readonly string[]): FacetEntry[] {
  const terms = chips.map(termOf).filter((term): term is Term => term?.field === field && isWhole(term));
  const said = terms.map(({ value, not }): FacetEntry => {
    const known = counted.find(({ name }) => sameThing({ not, field, value: name }, { not, field, value }));
    return { name: known?.name ?? value, count: known?.count ?? null, says: not ? 'without' : 'with' };
  });
  const others = counted.filter(({ name }) => !said.some((entry) => entry.name === name));
  return [...said, ...others.map(({ name, count }): FacetEntry => ({ name, count, says: null }))];
}

/** Ranges and months of `taken:` are no entry of the years. */
function isWhole({ field, value }: Term): boolean {
  return field !== 'taken' || /^\d{4}$/.test(value);
}
