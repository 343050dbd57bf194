/** What would be found if one part of a search that finds nothing were left out. */
import { isAbort, type Backend } from '../backend/backend';
import { joined, normalised, words } from './tokens';

/** Questions asked for one search. */
const ASKED_MAX = 4;

export interface Looser {
  /** What is left out, as it is written, and the query without it. */
  part: string;
  query: string;
  total: number;
}

export class Loosening {
  found = $state.raw<readonly Looser[]>([]);

  private readonly backend: Backend;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Asks about the parts that came last, which is where a search went too far. Answers how to stop. */
  ask(chips: readonly string[], typed: string): () => void {
    const controller = new AbortController();
    this.found = [];
    void this.count(partsOf(chips, typed).slice(-ASKED_MAX).reverse(), controller.signal);
    return () => controller.abort();
  }

  private async count(parts: readonly { part: string; query: string }[], signal: AbortSignal): Promise<void> {
    for (const { part, query } of parts) {
      try {
        const { total } = await this.backend.search(query, { limit: 1, signal });
        if (signal.aborted) return;
        if (total > 0) this.found = [...this.found, { part, query, total }];
      } catch (error) {
        // A hint that cannot be given is none; a broken connection is noticed by the search itself.
        if (isAbort(error) || signal.aborted) return;
      }
    }
  }
}

/** The parts of a search that can be left out, each with what remains; none where nothing would. */
export function partsOf(chips: readonly string[], typed: string): { part: string; query: string }[] {
  const terms = chips.map((part, at) => {
    return { part, query: normalised(joined(chips.toSpliced(at, 1), typed)) };
  });
  const texts = words(typed).map(({ text, rest }) => ({
    part: text,
    query: normalised(joined(chips, rest)),
  }));
  return [...terms, ...texts].filter(({ query }) => query !== '');
}
