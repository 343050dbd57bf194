import { describe, expect, it } from 'vitest';
import { estimateHeight } from './layout';
import {
  lastTop,
  offsets,
  placeAt,
  sectionAt,
  settle,
  SPACE_MAX,
  spaceHeight,
  virtualTop,
  type Place,
} from './scroll';

const VIEWPORT = 800;

/** A million photos in 240 months, as tall as the grid would have them. */
function million(): Float64Array {
  const measures = {
    width: 1200,
    rowHeight: 235,
    gap: 4,
    dayGap: 20,
    dayHeading: 36,
    sectionHeading: 48,
    sectionGap: 20,
  };
  return offsets(Array.from({ length: 240 }, (_, month) => estimateHeight(4167 + (month % 7) * 3, measures)));
}

/** Scrolls as a browser does: never beyond the element's ends, with the grid moving the element when it must. */
function scroll(place: Place, by: number, total: number): Place {
  const space = spaceHeight(place.base, total, VIEWPORT);
  const top = Math.min(Math.max(0, place.top + by), space - VIEWPORT);
  const scrolled = { base: place.base, top };
  return settle(scrolled, total, VIEWPORT, false) ?? scrolled;
}

describe('a million photos', () => {
  const starts = million();
  const total = starts.at(-1) as number;

  it('are taller than any element may be', () => {
    expect(total).toBeGreaterThan(60_000_000);
  });

  it('are each reached by a jump, in an element no taller than allowed', () => {
    for (let virtual = 0; virtual <= lastTop(total, VIEWPORT); virtual += 9973) {
      const place = placeAt(virtual, total, VIEWPORT);
      const space = spaceHeight(place.base, total, VIEWPORT);
      expect(virtualTop(place)).toBeCloseTo(virtual, 6);
      expect(space).toBeLessThanOrEqual(SPACE_MAX);
      expect(place.top).toBeGreaterThanOrEqual(0);
      expect(place.top + VIEWPORT).toBeLessThanOrEqual(space);
    }
  });

  it('are all passed by scrolling from the first to the last and back, without a jump on the way', () => {
    let place = placeAt(0, total, VIEWPORT);
    const jumps: number[] = [];
    for (const step of [700, -700]) {
      const end = step > 0 ? lastTop(total, VIEWPORT) : 0;
      let before = virtualTop(place);
      while (before !== end) {
        place = scroll(place, step, total);
        const now = virtualTop(place);
        const moved = (now - before) * Math.sign(step);
        if (!(moved > 0 && moved <= 700)) jumps.push(before);
        if (moved === 0) break;
        before = now;
      }
      expect([virtualTop(place), jumps]).toEqual([end, []]);
    }
  });

  it('end where the element ends', () => {
    const place = placeAt(Infinity, total, VIEWPORT);
    expect(virtualTop(place) + VIEWPORT).toBe(total);
    expect(place.top + VIEWPORT).toBe(spaceHeight(place.base, total, VIEWPORT));
  });
});

describe('settling', () => {
  const total = 50_000_000;
  const check = (place: Place, idle: boolean, expected: 'stays' | 'moves') => {
    const wanted = settle(place, total, VIEWPORT, idle);
    expect(wanted === null ? 'stays' : 'moves').toBe(expected);
    if (wanted)
      expect(virtualTop(wanted)).toBeCloseTo(Math.min(Math.max(0, virtualTop(place)), total - VIEWPORT), 6);
  };

  it('leaves the middle of the element alone', () =>
    check({ base: 9_000_000, top: 2_000_000 }, true, 'stays'));
  it('moves before the upper edge cuts off photos', () =>
    check({ base: 9_000_000, top: 300 }, false, 'moves'));
  it('moves before the lower edge does', () =>
    check({ base: 9_000_000, top: SPACE_MAX - 900 }, false, 'moves'));
  it('waits for stillness while the edge is only near', () => {
    check({ base: 9_000_000, top: 3000 }, false, 'stays');
    check({ base: 9_000_000, top: 3000 }, true, 'moves');
  });
  it('stays at the very top', () => check({ base: 0, top: 0 }, true, 'stays'));
  it('comes back from before the first photo', () => check({ base: -500, top: 100 }, false, 'moves'));
  it('comes back from beyond the last', () => check({ base: total, top: 100 }, false, 'moves'));
  it('does nothing in a library that fits', () => {
    expect(settle({ base: 0, top: 0 }, 300, VIEWPORT, true)).toBeNull();
  });
});

describe('sections', () => {
  it('are found at each of their pixels', () => {
    const starts = offsets([100, 0, 50, 200]);
    expect([0, 99, 100, 149, 150, 349, 350, 9999].map((at) => sectionAt(starts, at))).toEqual([
      0, 0, 2, 2, 3, 3, 3, 3,
    ]);
    expect(sectionAt(offsets([]), 10)).toBe(-1);
  });
});
