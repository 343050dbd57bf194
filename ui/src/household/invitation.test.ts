import { describe, expect, it } from 'vitest';
import { Texts } from '../i18n/i18n';
import { checkWords, countdown, looksLikeOne, pasted, pictureUrl, stage } from './invitation';

describe('a pasted invitation', () => {
  const whole = 'kinfolio1qyqkkpchg64prmteu';
  const cases: [string, string][] = [
    [whole, whole],
    [`  ${whole}\n`, whole],
    ['kinfolio1qyqk\r\nkpchg64\n  prmteu', whole],
    ['> kinfolio1qyqk\n> kpchg64\n> prmteu', whole],
    [`kinfolio join "${whole}"`, whole],
    [`Here it is: „${whole}“.`, whole],
    ['kinfolio1qyqk\u200bkpchg64prmteu\ufeff', whole],
    ['KINFOLIO1QYQK', 'KINFOLIO1QYQK'],
    ['', ''],
  ];
  for (const [text, expected] of cases) {
    it(`is found in ${JSON.stringify(text)}`, () => expect(pasted(text)).toBe(expected));
  }

  it('is told from other texts', () => {
    expect(looksLikeOne(pasted('KINFOLIO1QYQK'))).toBe(true);
    expect(looksLikeOne(pasted('https://example.org/kinfolio'))).toBe(false);
  });
});

describe('the time that is left', () => {
  const minutes = 60_000;
  const cases: [number, string, string][] = [
    [-5, '0:00', '0:00'],
    [1, '0:01', '0:01'],
    [9 * minutes + 41_000, '9:41', '9:41'],
    [10 * minutes, '10:00', '10:00'],
    [60 * minutes, '1 hour', '1 Stunde'],
    [125 * minutes, '2 hours 5 minutes', '2 Stunden 5 Minuten'],
    [(7 * 24 + 1) * 60 * minutes, '7 days 1 hour', '7 Tage 1 Stunde'],
  ];
  for (const [left, english, german] of cases) {
    it(`of ${left} ms is ${english}`, () => {
      expect(countdown(left, new Texts(['en-GB']))).toBe(english);
      expect(countdown(left, new Texts(['de']))).toBe(german);
    });
  }
});

describe('what became of an invitation', () => {
  it('is what the library says, except that time may be over already', () => {
    expect(stage(null, 1)).toBe('open');
    expect(stage({ state: 'open' }, 0)).toBe('expired');
    expect(stage({ state: 'joining' }, 0)).toBe('joining');
    expect(stage({ state: 'joined' }, 0)).toBe('joined');
    expect(stage({ state: 'expired' }, 9)).toBe('expired');
  });

  it('comes with words to compare', () => {
    expect(checkWords('october-spell-oxygen')).toEqual(['october', 'spell', 'oxygen']);
    expect(checkWords(null)).toEqual([]);
  });
});

it('a picture stays a picture, whatever stands in it', () => {
  const url = pictureUrl('<svg onload="x()"><path d="M0 0#é"/></svg>');
  expect(url).toMatch(/^data:image\/svg\+xml;charset=utf-8,[^<>"#\s]*$/);
});
