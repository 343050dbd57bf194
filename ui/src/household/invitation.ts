/** Invitations as text, as time that is left, and as what became of them. Pure. */
import type { Given } from '../backend/types';
import { texts, type Texts } from '../i18n/i18n';

const BEGINNING = 'kinfolio1';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** For how long an invitation can be good, in minutes. */
export const VALIDITIES = [10, 60, 24 * 60, 7 * 24 * 60] as const;

/** The invitation in what was pasted: mail breaks lines, chats put quotation marks and words around it. */
export function pasted(text: string): string {
  const begins = text.toLowerCase().indexOf(BEGINNING);
  const from = begins < 0 ? text : text.slice(begins);
  return from.replace(/[\s\u200b-\u200d\u2060\ufeff"'“”„«»<>`.,]+/gu, '');
}

export function looksLikeOne(invitation: string): boolean {
  return invitation.toLowerCase().startsWith(BEGINNING);
}

/** `9:41` within the hour, then the two largest units. */
export function countdown(leftMs: number, words: Texts = texts): string {
  const left = Math.max(0, leftMs);
  if (left < HOUR_MS) {
    const seconds = Math.ceil(left / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }
  const units =
    left < DAY_MS
      ? ([
          ['hour', HOUR_MS],
          ['minute', MINUTE_MS],
        ] as const)
      : ([
          ['day', DAY_MS],
          ['hour', HOUR_MS],
        ] as const);
  const [[large, largeMs], [small, smallMs]] = units;
  const parts = [words.unit(Math.floor(left / largeMs), large)];
  const rest = Math.floor((left % largeMs) / smallMs);
  if (rest > 0) parts.push(words.unit(rest, small));
  return parts.join(' ');
}

/** What an invitation comes to: the time may be over here before the library has said so. */
export type Stage = 'open' | 'expired' | 'asking' | 'joining' | 'joined';

export function stage(given: Pick<Given, 'state'> | null, leftMs: number): Stage {
  const said = given?.state ?? 'open';
  return said === 'open' && leftMs <= 0 ? 'expired' : said;
}

export function checkWords(words: string | null | undefined): string[] {
  return (words ?? '').split('-').filter((word) => word !== '');
}

/** A picture that the page's policy allows, without a byte of it becoming part of the page. */
export function pictureUrl(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
