/** What the list under the box offers for what is being typed, but for what only the library knows. Pure. */
import type { IconName } from '../design/Icon.svelte';
import type { Suggestion } from '../backend/types';
import type { Key, Texts } from '../i18n/i18n';
import { chipOf, fieldName, iconOf, valueOf } from './chips';
import { FIELDS, fieldOf, ownFieldOf, VALUES } from './language';
import { normalised, termOf, tokenise } from './tokens';

/** Something to choose. */
export interface Offer {
  /** `term`: takes the place of what is typed; `field`: goes on being typed; the others are whole searches. */
  kind: 'term' | 'field' | 'recent' | 'saved' | 'starter';
  icon: IconName;
  label: string;
  /** In small letters behind it. */
  note: string;
  count: number | null;
  query: string;
}

export interface OfferGroup {
  key: string;
  title: string | null;
  offers: readonly Offer[];
}

/** What stands at the caret: a word, or the value of a field; and from where to where it is to be replaced. */
export interface Asked {
  field: string | null;
  text: string;
  from: number;
  to: number;
}

const FIELDS_MAX = 4;
const VALUES_MAX = 8;

/** What the caret is at the end of; null where no word is being typed. */
export function askedAt(typed: string, caret: number): Asked | null {
  const tokens = tokenise(typed);
  const token = tokens.find(({ at, text }) => at < caret && at + text.length >= caret);
  if (!token || token.at + token.text.length !== caret) return null;
  const place = { from: token.at, to: caret };
  if (token.kind === 'word' || token.kind === 'or') return { ...place, field: null, text: token.text };
  if (token.kind !== 'term') return null;
  const colon = token.text.indexOf(':');
  const field = token.text.slice(0, colon).toLowerCase();
  if (!fieldOf(field) && ownFieldOf(field) === null) return null;
  const quoted = /^["“”„]/.test(token.text.slice(colon + 1));
  // What was closed by a quotation mark is finished.
  if (quoted && token.whole) return null;
  return { ...place, field, text: token.text.slice(colon + (quoted ? 2 : 1)) };
}

/** The fields that a word may be the beginning of, in the language or in the person's words. */
export function fieldOffers(word: string, texts: Texts): Offer[] {
  const wanted = word.toLowerCase();
  const matching = FIELDS.filter(
    (field) => field.startsWith(wanted) || fieldName(field, texts).toLowerCase().startsWith(wanted),
  );
  return matching.slice(0, FIELDS_MAX).map((field) => ({
    kind: 'field',
    icon: iconOf(field),
    label: `${field}:`,
    note: texts.t(`field.hint.${field}`),
    count: null,
    query: `${field}:`,
  }));
}

/** The values that a field usually has, as far as they begin like what is typed. */
export function valueOffers({ field, text }: Asked, texts: Texts): Offer[] {
  const known = fieldOf(field ?? '');
  const values = (known && VALUES[known]) ?? [];
  const wanted = text.toLowerCase();
  const offers = values.map((value): Offer => {
    const query = `${known}:${value}`;
    const { icon, value: label } = chipOf(query, texts);
    return { kind: 'term', icon, label, note: query, count: null, query };
  });
  return offers.filter(
    ({ query, label }) =>
      query.slice(query.indexOf(':') + 1).startsWith(wanted) ||
      (wanted !== '' && wordsBegin(label.toLowerCase(), wanted)),
  );
}

/** What the library suggests, of one field only if one was named; never what is there already. */
export function suggestionOffers(suggestions: readonly Suggestion[], asked: Asked, texts: Texts): Offer[] {
  const typed = asked.field === null ? null : termOf(`${asked.field}:${asked.text}`);
  const fitting = suggestions.filter(({ field, query }) => {
    if (asked.field !== null && field !== asked.field) return false;
    const term = termOf(query);
    return !(typed && term && term.value.toLowerCase() === typed.value.toLowerCase());
  });
  return fitting.slice(0, VALUES_MAX).map(({ field, name, query, count }): Offer => {
    const own = name === '' ? ownFieldOf(field) : null;
    if (own !== null) {
      const note = texts.t('field.hint.own');
      return { kind: 'field', icon: iconOf(field), label: `${field}:`, note, count: null, query };
    }
    const label = valueOf({ field, value: name }, texts);
    return { kind: 'term', icon: iconOf(field), label, note: fieldName(field, texts), count, query };
  });
}

/** Offers of a moment ago that still fit, until the library has answered. */
export function stillFitting(offers: readonly Offer[], asked: Asked): Offer[] {
  const wanted = asked.text.toLowerCase();
  return offers.filter(({ query, label }) => {
    const field = query.slice(0, query.indexOf(':'));
    return (asked.field === null || field === asked.field) && wordsBegin(label.toLowerCase(), wanted);
  });
}

/** A whole search: its words, and the icon of the first thing it says. */
export function searchOffer(
  kind: 'recent' | 'saved',
  query: string,
  name: string | null,
  texts: Texts,
): Offer {
  const first = tokenise(query).find((token) => token.kind !== 'minus');
  const icon = kind === 'saved' ? 'bookmark' : 'clock';
  const plain = first?.kind === 'term' ? readable(query, texts) : query;
  return { kind, icon, label: name ?? plain, note: name === null ? '' : plain, count: null, query };
}

/** A query as it is read, its terms in the words of their chips. */
export function readable(query: string, texts: Texts): string {
  const said = tokenise(normalised(query)).map(({ kind, text }, i, tokens) => {
    if (kind === 'space')
      return tokens[i - 1]?.kind === 'term' || tokens[i + 1]?.kind === 'term' ? ' · ' : ' ';
    if (kind === 'minus') return `${texts.t('chip.not')} `;
    return kind === 'term' ? chipOf(text, texts).value : text;
  });
  return said
    .join('')
    .replace(/ · (OR) · | · (OR) | (OR) · /g, ' OR ')
    .trim()
    .replace(/ ·$/, '');
}

const STARTERS: { query: string; icon: IconName; text: Key }[] = [
  { query: 'is:favorite', icon: 'heart', text: 'suggest.favorite' },
  { query: 'rating:>=4', icon: 'star', text: 'suggest.rated' },
  { query: 'is:video', icon: 'play', text: 'suggest.video' },
  { query: '-has:gps', icon: 'pin', text: 'suggest.nowhere' },
];

/** Where to begin, for whoever has nothing in mind. */
export function starters(year: number, texts: Texts): Offer[] {
  const all = [...STARTERS, { query: `taken:${year}`, icon: 'calendar', text: 'suggest.year' } as const];
  return all.map(({ query, icon, text }) => {
    return { kind: 'starter', icon, label: texts.t(text), note: query, count: null, query };
  });
}

function wordsBegin(name: string, wanted: string): boolean {
  return name.startsWith(wanted) || name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted));
}
