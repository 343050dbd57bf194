/** Which page is shown, as the part of the address behind `#`: pure, so that an address can be typed, kept and gone back to. */

/** Pages that need no more than their name. */
const PLAIN = ['photos', 'map', 'albums', 'alike', 'trash', 'household', 'settings'] as const;
/** Pages of one label. */
const LABELLED = ['album', 'tag'] as const;

export type PlainName = (typeof PLAIN)[number];
export type LabelledName = (typeof LABELLED)[number];
export type Page = { name: PlainName } | { name: LabelledName; label: string };

export const FIRST: Page = { name: 'photos' };

/** The page of an address; the first page where it names none. */
export function pageOf(hash: string): Page {
  const [place = ''] = hash.split('?', 1);
  const [name = '', ...rest] = place.replace(/^#?\/?/, '').split('/');
  const plain = PLAIN.find((known) => known === name);
  if (plain && rest.length === 0) return { name: plain };
  const labelled = LABELLED.find((known) => known === name);
  const label = decoded(rest.join('/'));
  return labelled && label ? { name: labelled, label } : FIRST;
}

/** What is searched at an address; nothing where the page itself is shown. */
export function searchedAt(hash: string): string {
  const [, query = ''] = hash.split('?');
  return new URLSearchParams(query).get('q') ?? '';
}

export function addressOf(page: Page, searched = ''): string {
  const place = 'label' in page ? `#/${page.name}/${encodeURIComponent(page.label)}` : `#/${page.name}`;
  return searched === '' ? place : `${place}?q=${encodeURIComponent(searched)}`;
}

export function samePage(a: Page, b: Page): boolean {
  return addressOf(a) === addressOf(b);
}

/** What an album or tag finds, in the query language. */
export function queryOf(page: { name: LabelledName; label: string }): string {
  return `${page.name}:${quoted(page.label)}`;
}

/** A value as the query language takes it. */
export function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
