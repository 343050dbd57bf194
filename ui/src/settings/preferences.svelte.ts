/** What somebody prefers on this device alone: light or dark, and the language. Kept by the browser or the window. */
import type { Language } from '../i18n/i18n';

export const THEMES = ['system', 'light', 'dark'] as const;
export const LANGUAGES = ['system', 'en', 'de'] as const;

export type Theme = (typeof THEMES)[number];
export type LanguageWish = (typeof LANGUAGES)[number];

const THEME_KEY = 'kinfolio.theme';
const LANGUAGE_KEY = 'kinfolio.language';

/** What was kept; as the system has it where that is nothing, or nothing this version knows. */
export function themeOf(kept: string | null): Theme {
  return THEMES.find((theme) => theme === kept) ?? 'system';
}

export function languageOf(kept: string | null): LanguageWish {
  return LANGUAGES.find((language) => language === kept) ?? 'system';
}

/** The languages to look for texts in: the chosen one first, as the region of the system writes it. */
export function languagesFor(wish: LanguageWish, system: readonly string[]): string[] {
  if (wish === 'system') return [...system];
  const regional = system.filter((tag) => tag.toLowerCase().split('-')[0] === wish);
  return [...regional, wish satisfies Language, ...system.filter((tag) => !regional.includes(tag))];
}

export function keptLanguage(): LanguageWish {
  return languageOf(read(LANGUAGE_KEY));
}

export class Preferences {
  theme = $state<Theme>(themeOf(read(THEME_KEY)));
  language = $state<LanguageWish>(keptLanguage());

  private readonly reload: () => void;

  constructor(reload = () => location.reload()) {
    this.reload = reload;
  }

  /** Colours the page; before it is shown, so that it does not flash. */
  apply(): void {
    document.documentElement.style.colorScheme = this.theme === 'system' ? '' : this.theme;
  }

  chooseTheme(theme: Theme): void {
    this.theme = theme;
    write(THEME_KEY, theme);
    this.apply();
  }

  /** The texts of a window stay in one language: the page begins anew in the other. */
  chooseLanguage(language: LanguageWish): void {
    if (language === this.language) return;
    this.language = language;
    write(LANGUAGE_KEY, language);
    this.reload();
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    if (value === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Without storage the choice lasts as long as the window.
  }
}
