import { afterEach, describe, expect, it } from 'vitest';
import type { OwnField } from '../backend/types';
import { chooseLanguage } from '../i18n/i18n';
import { choicesOf, fieldFault, type FieldFault } from './fields';
import { languageOf, languagesFor, Preferences, themeOf, type LanguageWish } from './preferences.svelte';

afterEach(() => {
  localStorage.clear();
  document.documentElement.style.colorScheme = '';
});

describe('a preference', () => {
  const kept: [string | null, string, string][] = [
    [null, 'system', 'system'],
    ['dark', 'dark', 'system'],
    ['de', 'system', 'de'],
    ['sepia', 'system', 'system'],
    ['', 'system', 'system'],
  ];
  for (const [text, theme, language] of kept) {
    it(`kept as ${text} is read`, () => {
      expect(themeOf(text)).toBe(theme);
      expect(languageOf(text)).toBe(language);
    });
  }

  const languages: [LanguageWish, string[], string[]][] = [
    ['system', ['de-AT', 'en'], ['de-AT', 'en']],
    ['de', ['en-GB', 'de-AT'], ['de-AT', 'de', 'en-GB']],
    ['en', ['de-DE'], ['en', 'de-DE']],
    ['de', [], ['de']],
  ];
  for (const [wish, system, wanted] of languages) {
    it(`for ${wish} among ${system.join(', ')} counts first`, () => {
      expect(languagesFor(wish, system)).toEqual(wanted);
      if (wish !== 'system') expect(chooseLanguage(wanted)).toBe(wish);
    });
  }

  it('for the dark colours the page, and is remembered until the system decides again', () => {
    const preferences = new Preferences();
    preferences.chooseTheme('dark');
    expect(document.documentElement.style.colorScheme).toBe('dark');
    const next = new Preferences();
    next.apply();
    expect(next.theme).toBe('dark');
    next.chooseTheme('system');
    expect(document.documentElement.style.colorScheme).toBe('');
    expect(new Preferences().theme).toBe('system');
  });

  it('for a language begins the page anew, once', () => {
    let reloads = 0;
    const preferences = new Preferences(() => (reloads += 1));
    preferences.chooseLanguage('de');
    preferences.chooseLanguage('de');
    expect(reloads).toBe(1);
    expect(new Preferences().language).toBe('de');
  });
});

describe('a field of the household', () => {
  const known: OwnField[] = [{ name: 'Box', type: 'text' }];
  const cases: [OwnField, FieldFault | null][] = [
    [{ name: 'Shelf', type: 'number' }, null],
    [{ name: 'Größe_2-b', type: 'date' }, null],
    [{ name: '', type: 'text' }, 'name'],
    [{ name: 'two words', type: 'text' }, 'name'],
    [{ name: 'a:b', type: 'text' }, 'name'],
    [{ name: 'x'.repeat(41), type: 'text' }, 'name'],
    [{ name: 'bóx', type: 'text' }, 'alike'],
    [{ name: 'Kind', type: 'choice', choices: [] }, 'choices'],
    [{ name: 'Kind', type: 'choice', choices: ['a', 'a'] }, 'twice'],
    [{ name: 'Kind', type: 'choice', choices: Array.from({ length: 101 }, (_, at) => `${at}`) }, 'many'],
    [{ name: 'Kind', type: 'choice', choices: ['a', 'A'] }, null],
  ];
  for (const [field, fault] of cases) {
    it(`${field.name || 'without a name'} of ${field.type} ${fault ? `fails: ${fault}` : 'can be'}`, () =>
      expect(fieldFault(field, known)).toBe(fault));
  }

  it('has its choices one a line', () => {
    expect(choicesOf('  slide \n\nnegative\r\n  ')).toEqual(['slide', 'negative']);
  });
});
