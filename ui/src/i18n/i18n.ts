/**
 * Texts, numbers and dates in the person's language. Dates of photos are the camera's wall clock: what stands in the
 * record is what is shown, never moved to this computer's zone.
 */
import type { components } from '../generated/api';
import { keptLanguage, languagesFor } from '../settings/preferences.svelte';
import { first as de } from './de/first';
import type { Sentence } from './de/sentences';
import type { en as everything } from './en';
import { first as en } from './en/first';

/** A sentence of the library, and what stands in it. */
export type Said = components['schemas']['SaidBody'];

export type Key = keyof typeof everything;
export type Message = string | { one: string; other: string };
export type Catalogue = Record<Key, Message>;
/** One room's texts in another language: the same keys. */
export type In<Room> = Record<keyof Room, Message>;
export type Language = 'en' | 'de';

/** What is said while the rest is not there. */
const catalogues: Record<Language, Partial<Catalogue>> = { en, de };

/** What the library itself says; it does so in English. */
const sentences: Record<Language, Partial<Record<Sentence, string>>> = { en: {}, de: {} };

/** What went wrong, by its code, where the library says it in English only. */
const problems: Record<Language, Partial<Record<string, string>>> = { en: {}, de: {} };

/** Loads the texts of a language; until then only what says that they did not come is there. */
export async function loadTexts(language: Language = texts.language): Promise<void> {
  if (language === 'de')
    ({ de: catalogues.de, sentences: sentences.de, problems: problems.de } = await import('./de'));
  else catalogues.en = (await import('./en')).en;
}

/** The first language the system asks for that there is a catalogue of. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'en' || language === 'de') return language;
  }
  return 'en';
}

export class Texts {
  readonly language: Language;
  private readonly plural: Intl.PluralRules;
  private readonly numbers: Intl.NumberFormat;
  private readonly dates = new Map<string, Intl.DateTimeFormat>();
  /** The region counts for dates (`en-GB` writes 14 July), the catalogue only for the words. */
  private readonly locale: string;

  constructor(wanted: readonly string[]) {
    this.language = chooseLanguage(wanted);
    this.locale = wanted.find((tag) => tag.toLowerCase().startsWith(this.language)) ?? this.language;
    this.plural = new Intl.PluralRules(this.locale);
    this.numbers = new Intl.NumberFormat(this.locale, { maximumFractionDigits: 1 });
  }

  t(key: Key, parameters: Record<string, string | number> = {}): string {
    const message = catalogues[this.language][key] ?? '';
    const text = typeof message === 'string' ? message : message[this.form(parameters['count'])];
    return this.filled(text, parameters);
  }

  /** What the library says, which comes in English, too, in case that it is not known beforehand. */
  said(said: Said | null | undefined, english: string): string {
    const known = said && sentences[this.language][said.sentence];
    return known ? this.filled(known, said.values) : english;
  }

  /** What went wrong: what was said of it, what its code means, or the library's own words. */
  problem(code: string, said: Said | null | undefined, english: string): string {
    return this.said(said, problems[this.language][code] ?? english);
  }

  private filled(text: string, parameters: Record<string, string | number>): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = parameters[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? this.numbers.format(value) : value;
    });
  }

  number(value: number, options: Intl.NumberFormatOptions = {}): string {
    return new Intl.NumberFormat(this.locale, options).format(value);
  }

  /** A `taken_at`, `yyyy-mm-dd` or `yyyy-mm` by its wall clock. */
  date(wall: string, options: Intl.DateTimeFormatOptions): string {
    const match = /^(\d{4,6})-(\d{2})(?:-(\d{2}))?(?:T(\d{2}):(\d{2}):(\d{2}))?/.exec(wall);
    if (!match) return wall;
    const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
    const at = new Date(Date.UTC(2000, (month ?? 1) - 1, Math.max(1, day ?? 1), hour, minute, second));
    at.setUTCFullYear(year ?? 2000);
    return this.format(options).format(at);
  }

  /** A moment rather than a camera's wall clock: told in this computer's time. */
  moment(at: string, options: Intl.DateTimeFormatOptions): string {
    const time = new Date(at);
    if (Number.isNaN(time.getTime())) return at;
    const wall = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
    return this.date(wall.toISOString(), options);
  }

  bytes(size: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
    let value = size;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit += 1;
    }
    const digits = value < 10 && unit > 0 ? 1 : 0;
    const style = { style: 'unit', unit: units[unit] as string, unitDisplay: 'short' } as const;
    return this.number(value, { ...style, maximumFractionDigits: digits });
  }

  /** "3 hours ago". */
  ago(count: number, unit: Intl.RelativeTimeFormatUnit): string {
    return new Intl.RelativeTimeFormat(this.locale, { numeric: 'auto' }).format(-count, unit);
  }

  /** "2 hours". */
  unit(count: number, unit: 'minute' | 'hour' | 'day'): string {
    return this.number(count, { style: 'unit', unit, unitDisplay: 'long' });
  }

  /** "a, b and c", or "a, b or c". */
  list(items: readonly string[], type: 'conjunction' | 'disjunction'): string {
    return new Intl.ListFormat(this.locale, { type }).format(items);
  }

  /** What a person named keeps its own direction within a sentence. */
  isolated(name: string): string {
    return `\u2068${name}\u2069`;
  }

  private form(count: string | number | undefined): 'one' | 'other' {
    return typeof count === 'number' && this.plural.select(count) === 'one' ? 'one' : 'other';
  }

  private format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = JSON.stringify(options);
    const known = this.dates.get(key);
    if (known) return known;
    const made = new Intl.DateTimeFormat(this.locale, { timeZone: 'UTC', ...options });
    this.dates.set(key, made);
    return made;
  }
}

/** The texts of this session: the chosen language, or the system's, does not change under a running window. */
/** As the desktop's shell knows them, or else the browser. */
function systemLanguages(): readonly string[] {
  const told = (window as { kinfolioLanguages?: readonly string[] }).kinfolioLanguages ?? [];
  return told.length > 0 ? told : navigator.languages;
}

export const texts = new Texts(
  typeof navigator === 'undefined' ? ['en'] : languagesFor(keptLanguage(), systemLanguages()),
);

export function t(key: Key, parameters: Record<string, string | number> = {}): string {
  return texts.t(key, parameters);
}
