import { describe, expect, it } from 'vitest';
import { Track } from './scrubber';

const track = new Track([
  { month: '2024-06', count: 10 },
  { month: '2024-01', count: 30 },
  { month: '2023-12', count: 60 },
  { month: '2019-07', count: 100 },
]);

describe('a track', () => {
  it('gives months room in proportion to their photos', () => {
    expect([0, 1, 2, 3].map((section) => track.fraction({ section, within: 0 }))).toEqual([
      0, 0.05, 0.2, 0.5,
    ]);
    expect(track.fraction({ section: 3, within: 1 })).toBe(1);
  });

  it('leads from a position to a spot and back', () => {
    for (let at = 0; at <= 1; at += 0.01) {
      const spot = track.spot(at);
      expect(spot && track.fraction(spot)).toBeCloseTo(at, 9);
    }
  });

  it('never runs backwards', () => {
    let last = -1;
    for (let at = 0; at <= 1; at += 0.001) {
      const spot = track.spot(at);
      const order = spot ? spot.section + spot.within : -1;
      expect(order).toBeGreaterThanOrEqual(last);
      last = order;
    }
  });

  it('takes positions beyond its ends for the ends', () => {
    expect(track.spot(-3)).toEqual({ section: 0, within: 0 });
    expect(track.spot(7)).toEqual({ section: 3, within: 1 });
  });

  it('writes each year once, where there is room', () => {
    expect(track.years(1000).map((label) => label.year)).toEqual(['2024', '2023', '2019']);
    expect(track.years(60, 18).map((label) => label.year)).toEqual(['2024', '2019']);
  });

  it('thins out its ticks', () => {
    expect(track.ticks(1000)).toHaveLength(4);
    expect(track.ticks(30)).toEqual([0, 0.5]);
  });

  it('is empty without photos', () => {
    const empty = new Track([]);
    expect(empty.spot(0.5)).toBeNull();
    expect(empty.fraction({ section: 0, within: 0 })).toBe(0);
    expect(empty.years(500)).toEqual([]);
  });
});
