import { describe, expect, it } from 'vitest';
import {
  bandsWithin,
  boxOf,
  estimateHeight,
  layoutSection,
  neighbourAcross,
  type Cell,
  type Measures,
  type SectionLayout,
} from './layout';

const MEASURES: Measures = {
  width: 1200,
  rowHeight: 235,
  gap: 4,
  dayGap: 20,
  dayHeading: 36,
  sectionHeading: 48,
  sectionGap: 20,
};

/** Days with these many photos each, of ratios that repeat without a pattern a row could fall in with. */
function cells(days: number[], ratios = [1.5, 0.75, 1.333, 1, 1.778, 0.667, 3]): Cell[] {
  let number = 0;
  return days.flatMap((count, day) =>
    Array.from({ length: count }, () => {
      number += 1;
      const ratio = ratios[(number * 7919) % ratios.length] as number;
      return { day: `2024-06-${28 - day}`, ratio, photos: 1 };
    }),
  );
}

function boxes(layout: SectionLayout) {
  return layout.bands.flatMap((band) => band.boxes);
}

describe('a section', () => {
  const cases: [string, Cell[]][] = [
    ['one photo', cells([1])],
    ['one photo a day', cells([1, 1, 1, 1, 1, 1, 1, 1])],
    ['a full day between quiet ones', cells([1, 2, 60, 1, 3])],
    ['panoramas only', cells([9], [12])],
    ['tall strips only', cells([40], [0.1])],
    ['ratios that make no sense', cells([5, 5], [0, Number.NaN, -1, Infinity])],
  ];

  for (const [name, section] of cases) {
    it(`holds every photo once, in order, within its width: ${name}`, () => {
      const layout = layoutSection(section, MEASURES);
      expect(boxes(layout).map((box) => box.index)).toEqual(section.map((_, index) => index));
      for (const box of boxes(layout)) {
        expect(box.left).toBeGreaterThanOrEqual(0);
        expect(box.left + box.width).toBeLessThanOrEqual(MEASURES.width + 0.01);
        expect(box.height).toBeGreaterThan(60);
        expect(box.top + box.height).toBeLessThan(layout.height);
      }
    });

    it(`lets nothing overlap: ${name}`, () => {
      const { bands } = layoutSection(section, MEASURES);
      for (const [index, band] of bands.entries()) {
        const next = bands[index + 1];
        if (next) expect(next.top).toBeGreaterThanOrEqual(band.bottom);
        for (const [place, box] of band.boxes.entries()) {
          const right = band.boxes[place + 1];
          if (right) expect(right.left).toBeGreaterThanOrEqual(box.left + box.width + MEASURES.gap - 0.01);
        }
      }
    });
  }

  it('fills the width with every row of a day but the last', () => {
    const { bands } = layoutSection(cells([60]), MEASURES);
    expect(bands.length).toBeGreaterThan(5);
    for (const band of bands.slice(0, -1)) {
      const last = band.boxes.at(-1);
      expect((last?.left ?? 0) + (last?.width ?? 0)).toBeCloseTo(MEASURES.width, 3);
      expect(Math.abs((last?.height ?? 0) - MEASURES.rowHeight)).toBeLessThan(90);
    }
  });

  it('sets quiet days side by side, each under its own heading', () => {
    const { bands } = layoutSection(cells([1, 1, 1], [1.5]), MEASURES);
    expect(bands).toHaveLength(1);
    expect(bands[0]?.days.map((day) => day.day)).toEqual(['2024-06-28', '2024-06-27', '2024-06-26']);
    expect(bands[0]?.days.map((day) => day.left)).toEqual(bands[0]?.boxes.map((box) => box.left));
  });

  it('counts the photos of a day, not its tiles', () => {
    const stacked = cells([2, 30]).map((cell, index) => ({ ...cell, photos: index === 1 ? 7 : 1 }));
    const { bands } = layoutSection(stacked, MEASURES);
    expect(bands.flatMap((band) => band.days).map((day) => day.count)).toEqual([8, 30]);
  });

  it('has no headings where days play no part', () => {
    const flat = { ...MEASURES, dayHeading: 0, sectionHeading: 0 };
    const { bands } = layoutSection(
      cells([30]).map((cell) => ({ ...cell, day: '' })),
      flat,
    );
    expect(bands.flatMap((band) => band.days)).toEqual([]);
    expect(bands[0]?.top).toBe(0);
  });

  it('is laid out fast enough for 70,000 photos in a month', () => {
    const month = cells(Array.from({ length: 28 }, () => 2500));
    layoutSection(month, MEASURES);
    const began = performance.now();
    const layout = layoutSection(month, MEASURES);
    expect(performance.now() - began).toBeLessThan(200);
    expect(boxes(layout)).toHaveLength(70_000);
  });
});

describe('an estimate', () => {
  for (const count of [1, 12, 120, 5000]) {
    it(`is of the order of what ${count} photos come to`, () => {
      const days = Array.from({ length: Math.min(count, 20) }, () => Math.ceil(count / Math.min(count, 20)));
      const { height } = layoutSection(cells(days), MEASURES);
      const estimate = estimateHeight(count, MEASURES);
      expect(estimate / height).toBeGreaterThan(0.5);
      expect(estimate / height).toBeLessThan(2);
    });
  }

  it('is nothing for nothing', () => {
    expect(estimateHeight(0, MEASURES)).toBe(0);
  });
});

describe('finding', () => {
  const layout = layoutSection(cells([3, 80, 1, 1, 40]), MEASURES);

  it('answers exactly the bands that touch a stretch', () => {
    for (const [top, bottom] of [
      [0, 10],
      [0, 800],
      [1111, 1500],
      [layout.height - 50, layout.height + 1000],
      [-500, -1],
    ] as const) {
      const expected = layout.bands.filter((band) => band.bottom >= top && band.top <= bottom);
      expect(bandsWithin(layout, top, bottom)).toEqual(expected);
    }
  });

  it('answers the box of each photo and of no other', () => {
    for (const box of boxes(layout)) expect(boxOf(layout, box.index)).toBe(box);
    expect(boxOf(layout, 125)).toBeNull();
  });

  it('leads down and up again to a photo in the same column', () => {
    const below = neighbourAcross(layout, 10, 1);
    const from = boxOf(layout, 10);
    const to = boxOf(layout, below ?? -1);
    expect(to?.top).toBeGreaterThan(from?.top ?? Infinity);
    const overlap = Math.abs(
      (to?.left ?? 0) + (to?.width ?? 0) / 2 - ((from?.left ?? 0) + (from?.width ?? 0) / 2),
    );
    expect(overlap).toBeLessThan(400);
    expect(neighbourAcross(layout, 0, -1)).toBeNull();
  });
});
