import { describe, expect, it } from 'vitest';
import { takenOf, wallOf } from './wall';

describe('a time in a form', () => {
  const cases: [string, string, string, string][] = [
    ['2019-07-14T23:55:10+02:00', '2019-07-14', '23:55:10', '+02:00'],
    ['2019-07-14T23:55:10-00:00', '2019-07-14', '23:55:10', ''],
    ['2019-07-14T23:55:10.250Z', '2019-07-14', '23:55:10', '+00:00'],
    ['', '', '12:00:00', ''],
  ];
  for (const [taken, day, time, offset] of cases) {
    it(`takes ${taken || 'nothing'} apart`, () => expect(wallOf(taken)).toEqual({ day, time, offset }));
  }

  const whole: [string, string, string, string | null][] = [
    ['2019-07-14', '23:55', '', '2019-07-14T23:55:00-00:00'],
    ['2019-07-14', '23:55:10', '+02:00', '2019-07-14T23:55:10+02:00'],
    ['', '23:55', '', null],
    ['2019-07-14', '', '', null],
    ['2019-07-14', '23:55', '+25:00', null],
    ['2019-07-14', '23:55', 'CET', null],
  ];
  for (const [day, time, offset, taken] of whole) {
    it(`makes ${taken ?? 'nothing'} of ${day} ${time} ${offset}`, () =>
      expect(takenOf({ day, time, offset })).toBe(taken));
  }
});
