import { describe, expect, it } from 'vitest';
import { de, sentences } from './de';
import { en } from './en';
import { chooseLanguage, loadTexts, Texts, type Key, type Message, type Said } from './i18n';

const KEYS = Object.keys(en) as Key[];

/** Names, and words that both languages have. */
const SAME: Key[] = [
  'app.name',
  'tile.video',
  'tile.file',
  'tile.plain',
  'tile.marked',
  'kind.video',
  'chip.name',
  'field.name.tag',
  'field.name.album',
  'field.name.person',
  'field.name.iso',
  'value.range',
  'value.iso',
  'value.own',
  'suggest.video',
  'facet.tags',
  'facet.add',
  'saved.name',
  'info.tags',
  'info.position',
  'info.block',
  'info.megapixels',
  'import.panel',
  'import.receipt',
  'history.by',
  'change.field',
  'ledger.line',
  'window.title',
  'about.version',
  'join.invitation.hint',
  'device.online',
  'device.block',
  'bucket.title',
  'timeline.day.at',
  'bulk.tag',
  'bulk.album',
  'map.credit',
  'slideshow.seconds',
  'organise.tags',
  'organise.labelled',
  'organise.name',
  'prefs.name',
  'prefs.language.en',
  'prefs.language.de',
  'prefs.about.version',
  'fields.type.text',
  'alike.fact.tags',
];

function placeholders(message: Message): string[] {
  const forms = typeof message === 'string' ? [message] : [message.one, message.other];
  return [...new Set(forms.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();
}

describe('the catalogues', () => {
  it('have the same keys in the same order', () => {
    expect(Object.keys(de)).toEqual(KEYS);
  });

  it('use the same parameters for each key', () => {
    for (const key of KEYS) expect([key, placeholders(de[key])]).toEqual([key, placeholders(en[key])]);
  });

  it('leave nothing untranslated by oversight', () => {
    const same = KEYS.filter((key) => JSON.stringify(en[key]) === JSON.stringify(de[key]));
    expect(same.filter((key) => !SAME.includes(key))).toEqual([]);
  });
});

describe('what the library says', () => {
  const values = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

  it('has the same values in German', () => {
    for (const [english, german] of Object.entries(sentences))
      expect(values(german)).toEqual(values(english));
  });

  it('is said in German, and in English as it came', async () => {
    await loadTexts('de');
    const said = { sentence: 'the range {given} runs backwards', values: { given: '{field}' } } as const;
    expect(new Texts(['de']).said(said, 'x')).toBe('der Bereich {field} läuft rückwärts');
    expect(new Texts(['en']).said(said, 'the range runs backwards')).toBe('the range runs backwards');
    expect(new Texts(['de']).said(null, 'something else')).toBe('something else');
    expect(new Texts(['de']).problem('disk_full', null, 'x')).toContain('kein Platz mehr');
    expect(new Texts(['en']).problem('disk_full', null, 'the disk of /srv is full')).toBe(
      'the disk of /srv is full',
    );
    expect(new Texts(['de']).problem('odd', null, 'something odd')).toBe('something odd');
    const unknown = { sentence: 'of another version', values: {} } as unknown as Said;
    expect(new Texts(['de']).said(unknown, 'of another version')).toBe('of another version');
  });
});

describe('texts', () => {
  const english = new Texts(['en-GB']);
  const german = new Texts(['de-DE', 'en']);

  it('come in the first language asked for that there is', () => {
    expect(chooseLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(chooseLanguage(['fr'])).toBe('en');
    expect(chooseLanguage([])).toBe('en');
  });

  it('count', () => {
    expect(english.t('app.photos', { count: 1 })).toBe('1 photo');
    expect(english.t('app.photos', { count: 0 })).toBe('0 photos');
    expect(english.t('app.photos', { count: 1204 })).toBe('1,204 photos');
    expect(german.t('app.photos', { count: 1204 })).toBe('1.204 Fotos');
  });

  it('show what a person wrote as they wrote it', () => {
    expect(english.t('info.tags.create', { tag: '{count} $& <b>' })).toBe('Create “{count} $& <b>”');
  });
});

describe('dates', () => {
  const english = new Texts(['en-GB']);
  const cases: [string, string][] = [
    ['2019-07-14T23:55:00+02:00', '14 July 2019 at 23:55'],
    ['2019-07-14T23:55:00.250-00:00', '14 July 2019 at 23:55'],
    ['2020-02-29T00:00:00-11:00', '29 February 2020 at 00:00'],
    ['0099-01-02T03:04:05-00:00', '2 January 99 at 03:04'],
    ['no date', 'no date'],
  ];
  for (const [wall, expected] of cases) {
    it(`show the wall clock of ${wall}`, () => {
      expect(english.date(wall, { dateStyle: 'long', timeStyle: 'short' })).toBe(expected);
    });
  }

  it('name months', () => {
    expect(new Texts(['de']).date('2019-03', { month: 'long', year: 'numeric' })).toBe('März 2019');
  });
});

describe('sizes', () => {
  const english = new Texts(['en-GB']);
  it('are written in the unit that suits', () => {
    expect(english.bytes(0)).toBe('0 byte');
    expect(english.bytes(950)).toBe('950 byte');
    expect(english.bytes(4_250_000)).toBe('4.3 MB');
    expect(english.bytes(73_000_000)).toBe('73 MB');
  });
});
