/** The list under the box: what is offered for what is being typed, and which of it is chosen. */
import { isAbort, type Backend } from '../backend/backend';
import type { SavedSearch, Suggestion } from '../backend/types';
import { texts } from '../i18n/i18n';
import type { RecentSearches } from './recent.svelte';
import {
  askedAt,
  fieldOffers,
  searchOffer,
  starters,
  stillFitting,
  suggestionOffers,
  valueOffers,
  type Asked,
  type Offer,
  type OfferGroup,
} from './suggest';
import { joined, written } from './tokens';

const DEBOUNCE_MS = 90;
const SAVED_MAX = 4;

/** The lists of facets that hold the values of a field. */
const FACETS = {
  tag: 'tags',
  album: 'albums',
  person: 'people',
  place: 'places',
  camera: 'cameras',
  taken: 'years',
} as const;

export interface SuggestionSources {
  backend: Backend;
  recent: RecentSearches;
  saved: () => readonly SavedSearch[];
  trouble: (error: unknown) => void;
}

export class Suggestions {
  groups = $state.raw<readonly OfferGroup[]>([]);
  /** -1: none. */
  chosen = $state(-1);
  /** What the offers stand in for. */
  asked: Asked | null = null;

  private wanted = $state(false);
  private readonly sources: SuggestionSources;
  private controller: AbortController | null = null;
  private debounce: ReturnType<typeof setTimeout> | undefined;

  constructor(sources: SuggestionSources) {
    this.sources = sources;
  }

  get offers(): readonly Offer[] {
    return this.groups.flatMap(({ offers }) => offers);
  }

  get open(): boolean {
    return this.wanted && this.offers.length > 0;
  }

  /** Follows what stands in the box: `chips` before the text, and the caret in it. */
  follow(chips: readonly string[], typed: string, caret: number): void {
    this.drop();
    this.wanted = true;
    this.chosen = -1;
    this.asked = askedAt(typed, caret);
    if (chips.length === 0 && typed.trim() === '') this.show(this.begin());
    else if (!this.asked) this.show([]);
    else {
      const { asked } = this;
      const known = this.groups.find(({ key }) => key === 'terms')?.offers ?? [];
      this.show(this.around(asked, stillFitting(known, asked)));
      this.debounce = setTimeout(() => void this.ask(asked, chips, typed), DEBOUNCE_MS);
    }
  }

  /** Down from none is the first, up from none the last. */
  move(step: -1 | 1): void {
    const { length } = this.offers;
    if (length === 0) return;
    const from = this.chosen < 0 && step < 0 ? length : this.chosen;
    this.chosen = (from + step + length) % length;
  }

  close(): void {
    this.drop();
    this.wanted = false;
    this.chosen = -1;
  }

  /** Forgets a recent search that is offered. */
  forget(offer: Offer): void {
    if (offer.kind !== 'recent') return;
    this.sources.recent.forget(offer.query);
    this.show(this.begin());
    this.chosen = Math.min(this.chosen, this.offers.length - 1);
  }

  private begin(): OfferGroup[] {
    const recent = this.sources.recent.list.map((query) => searchOffer('recent', query, null, texts));
    const saved = this.sources.saved().map(({ name, query }) => searchOffer('saved', query, name, texts));
    return [
      { key: 'recent', title: texts.t('suggest.recent'), offers: recent },
      { key: 'saved', title: texts.t('suggest.saved'), offers: saved.slice(0, SAVED_MAX) },
      {
        key: 'starters',
        title: texts.t('suggest.starters'),
        offers: starters(new Date().getFullYear(), texts),
      },
    ];
  }

  /** What needs no answer stands below what the library says. */
  private around(asked: Asked, terms: readonly Offer[]): OfferGroup[] {
    const begins = asked.text.toLowerCase();
    const saved = this.sources.saved().filter(({ name }) => name.toLowerCase().startsWith(begins));
    const own = asked.field === null ? fieldOffers(asked.text, texts) : valueOffers(asked, texts);
    const more = asked.field === null ? saved.slice(0, SAVED_MAX) : [];
    return [
      { key: 'terms', title: null, offers: terms },
      { key: 'own', title: null, offers: own },
      {
        key: 'saved',
        title: texts.t('suggest.saved'),
        offers: more.map(({ name, query }) => searchOffer('saved', query, name, texts)),
      },
    ];
  }

  private async ask(asked: Asked, chips: readonly string[], typed: string): Promise<void> {
    const controller = new AbortController();
    this.controller = controller;
    try {
      const others = joined(chips, typed.slice(0, asked.from) + typed.slice(asked.to));
      const suggestions =
        asked.text === ''
          ? await this.values(asked.field ?? '', others, controller.signal)
          : await this.sources.backend.suggestions(asked.text, controller.signal);
      if (controller.signal.aborted) return;
      const chosen = this.offers[this.chosen];
      this.show(this.around(asked, suggestionOffers(suggestions, asked, texts)));
      // Whoever has gone down the list already stays where they are.
      this.chosen = chosen ? this.offers.findIndex(({ query }) => query === chosen.query) : -1;
    } catch (error) {
      // Somebody who types can do without; that nobody answers is said where everybody sees it.
      if (!isAbort(error) && !controller.signal.aborted) this.sources.trouble(error);
    }
  }

  /** What a field holds among what the rest of the query finds. */
  private async values(field: string, query: string, signal: AbortSignal): Promise<Suggestion[]> {
    if (!(field in FACETS)) return [];
    const list = FACETS[field as keyof typeof FACETS];
    // Half a query beside it is wrong by itself; then the whole library has the say.
    const page = await this.sources.backend.search(query, { limit: 1, signal }).catch((error: unknown) => {
      if (isAbort(error) || signal.aborted) throw error;
      return this.sources.backend.search('', { limit: 1, signal });
    });
    return (page.facets?.[list] ?? []).map(({ name, count }) => {
      return { field, name, count, query: written({ not: false, field, value: name }) };
    });
  }

  private show(groups: readonly OfferGroup[]): void {
    this.groups = groups.filter(({ offers }) => offers.length > 0);
  }

  private drop(): void {
    clearTimeout(this.debounce);
    this.controller?.abort();
    this.controller = null;
  }
}
