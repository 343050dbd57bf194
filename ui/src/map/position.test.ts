import { describe, expect, it } from 'vitest';
import { parsePosition, writePosition } from './position';

const EIFFEL = [48.8584, 2.2945];

describe('a position that is typed', () => {
  const cases: [string, readonly number[]][] = [
    ['48.8584, 2.2945', EIFFEL],
    ['48.8584 2.2945', EIFFEL],
    ['48,8584; 2,2945', EIFFEL],
    ['48,8584 2,2945', EIFFEL],
    ['  (48.8584,2.2945) ', EIFFEL],
    ['48,2', [48, 2]],
    ['-33.8568, 151.2153', [-33.8568, 151.2153]],
    ['−33.8568, +151.2153', [-33.8568, 151.2153]],
    ['33.8568 S, 151.2153 E', [-33.8568, 151.2153]],
    ['33.8568° S 151.2153° O', [-33.8568, 151.2153]],
    ['S 33.8568 E 151.2153', [-33.8568, 151.2153]],
    ['S33.8568, W151.2153', [-33.8568, -151.2153]],
    ['2.2945E 48.8584N', EIFFEL],
    ['48° 51′ 30.24″ N, 2° 17′ 40.2″ E', EIFFEL],
    ['48°51\'30.24"N 2°17\'40.2"E', EIFFEL],
    ['48°51.504′ n, 2°17.67′ e', EIFFEL],
    ['40° 26′ 46″ N 79° 58′ 56″ W', [40.446111, -79.982222]],
    ['38,75667° N, 9,06250° W', [38.75667, -9.0625]],
    ['90, 180', [90, 180]],
    ['0 0', [0, 0]],
  ];
  for (const [text, [lat, lon]] of cases)
    it(`is read: ${text}`, () => {
      const parsed = parsePosition(text);
      expect(parsed).toHaveProperty('position');
      if (!('position' in parsed)) return;
      expect(parsed.position[0]).toBeCloseTo(lat ?? NaN, 5);
      expect(parsed.position[1]).toBeCloseTo(lon ?? NaN, 5);
    });

  const wrong: [string, string][] = [
    ['Paris', 'place.fault.form'],
    ['48.8584', 'place.fault.form'],
    ['48.8, 2.2, 3.3', 'place.fault.form'],
    ['48.8 north 2.2 east', 'place.fault.form'],
    ['48.8, 2.2 km', 'place.fault.form'],
    ['91, 2', 'place.fault.latitude'],
    ['48, 181', 'place.fault.longitude'],
    ['95 N 200 E', 'place.fault.latitude'],
    ['48 N 2 N', 'place.fault.letters'],
    ['48 E 2 W', 'place.fault.letters'],
    ['48° 61′ N, 2° E', 'place.fault.minutes'],
    ['48° 1′ 60″ N, 2° E', 'place.fault.minutes'],
  ];
  for (const [text, fault] of wrong)
    it(`is none: ${text}`, () => expect(parsePosition(text)).toEqual({ fault }));

  it('is written as it is read', () => {
    expect(parsePosition(writePosition([-0.5, 179.123456]))).toEqual({ position: [-0.5, 179.12346] });
  });
});
