/** Which labels photos have already, as far as that can be known without reading the records of thousands. */
import type { Backend } from '../backend/backend';
import type { Counted } from '../backend/types';
import type { NameList } from '../organise/names';
import type { Subject } from './actions.svelte';

export interface Held {
  /** The most common first, with how many of the photos have them. */
  labels: readonly Counted[];
  /** Whether there are no others. */
  whole: boolean;
}

export const UNKNOWN: Held = { labels: [], whole: false };

/** Records that are read one by one at most. */
const READ_MAX = 50;

/** Of a few photos the records tell; of all that a query finds, its facets do, less what the excepted ones have. */
export async function heldBy(backend: Backend, list: NameList, { which }: Subject): Promise<Held> {
  const named = 'ids' in which ? which.ids : (which.except ?? []);
  if (named.length > READ_MAX) return UNKNOWN;
  const records = await Promise.all(named.map((id) => backend.photo(id)));
  const counts = new Map<string, number>();
  const count = (name: string, by: number) => counts.set(name, (counts.get(name) ?? 0) + by);
  const facets = 'query' in which ? (await backend.search(which.query, { limit: 1 })).facets : null;
  for (const label of facets?.[list] ?? []) count(label.name, label.count);
  for (const record of records) {
    // A label that is no facet is rarer than those that are: how often it is left is not known.
    for (const name of record[list]) if (!facets || counts.has(name)) count(name, facets ? -1 : 1);
  }
  const labels = [...counts]
    .map(([name, of]) => ({ name, count: of }))
    .filter((label) => label.count > 0)
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  return { labels, whole: !facets };
}
