import { describe, expect, it } from 'vitest';
import type { Bounds } from '../backend/types';
import {
  around,
  between,
  boundsBetween,
  boundsOf,
  fitted,
  grown,
  held,
  inQuery,
  joined,
  LAT_MAX,
  onScreen,
  panned,
  positionAt,
  rounded,
  toPosition,
  toWorld,
  worldSize,
  zoomed,
  type View,
} from './projection';

const near = (values: readonly number[], expected: readonly number[], digits = 6) =>
  values.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, digits));

const view = (lat: number, lon: number, zoom: number, width = 800, height = 600): View => ({
  ...toWorld([lat, lon]),
  zoom,
  width,
  height,
});

describe('Mercator', () => {
  const cases: [string, [number, number], [number, number]][] = [
    ['the middle', [0, 0], [0.5, 0.5]],
    ['the date line', [0, -180], [0, 0.5]],
    ['Paris', [48.8584, 2.2945], [0.50637361, 0.3440208]],
    ['Sydney', [-33.8568, 151.2153], [0.9200425, 0.60005211]],
    ['the northern edge', [LAT_MAX, 0], [0.5, 0]],
    ['the pole, at the edge', [90, 0], [0.5, 0]],
    ['the other pole', [-90, 0], [0.5, 1]],
  ];
  for (const [name, position, [x, y]] of cases)
    it(`puts ${name} where it belongs`, () => {
      const at = toWorld(position);
      near([at.x, at.y], [x, y]);
    });

  it('leads back', () => {
    for (const position of [
      [48.8584, 2.2945],
      [-33.8568, 151.2153],
      [71.2, -179.99],
    ])
      near(toPosition(toWorld(position)), position);
  });

  it('finds the same places in other copies of the world', () => {
    near(toPosition({ x: 1.25, y: 0.5 }), [0, -90]);
    near(toPosition({ x: -0.25, y: 0.5 }), [0, 90]);
  });
});

describe('a view', () => {
  it('never shows what lies beyond the poles, nor less than the world is high', () => {
    expect(held(view(0, 0, -3)).zoom).toBeCloseTo(Math.log2(600 / 256));
    expect(held(view(85, 0, 4)).y).toBeCloseTo(300 / worldSize(4));
    expect(held(view(0, 0, 33)).zoom).toBe(20);
    expect(held({ ...view(0, 0, 5), x: 3.25 }).x).toBeCloseTo(0.25);
  });

  it('follows the hand', () => {
    const before = view(48, 16, 6);
    const held = positionAt(before, { x: 100, y: 200 });
    near(positionAt(panned(before, 50, -30), { x: 150, y: 170 }), held);
  });

  it('follows the hand over the date line', () => {
    const [, lon] = positionAt(panned(view(0, 179.9, 6), -100, 0), { x: 400, y: 300 });
    expect(lon).toBeLessThan(-175);
  });

  it('zooms about the point under the pointer', () => {
    const before = view(48, 16, 6);
    const at = { x: 640, y: 90 };
    const fixed = positionAt(before, at);
    for (const zoom of [7, 6.3, 14]) near(positionAt(zoomed(before, zoom, at), at), fixed);
  });

  it('glides about one point', () => {
    const from = view(48, 16, 6);
    const at = { x: 640, y: 90 };
    const to = zoomed(from, 9, at);
    near(positionAt(between(from, to, 0.4), at), positionAt(from, at));
    near(Object.values(between(from, to, 1)).slice(0, 3), [...Object.values(to)].slice(0, 3));
  });

  it('glides over the date line, not around the world', () => {
    const half = between(view(0, 170, 4), view(0, -170, 4), 0.5);
    near(positionAt(half, { x: 400, y: 300 }).map(Math.abs), [0, 180]);
  });
});

describe('what is seen', () => {
  it('is a box', () => {
    const [south, west, north, east] = boundsOf(view(0, 10, 8));
    near([west, east], [10 - (400 / worldSize(8)) * 360, 10 + (400 / worldSize(8)) * 360]);
    expect(north).toBeCloseTo(-south);
  });

  it('has a west greater than its east across the date line', () => {
    const [, west, , east] = boundsOf(view(-17, 179.9, 7));
    expect(west).toBeGreaterThan(170);
    expect(east).toBeLessThan(-170);
  });

  it('is all longitudes, and the poles, where the world is smaller', () => {
    expect(boundsOf(held(view(0, 30, 0, 1600, 600)))).toEqual([-90, -180, 90, 180]);
  });

  it('is the same between any two corners', () => {
    const one = boundsBetween(view(48, 16, 6), { x: 10, y: 20 }, { x: 300, y: 400 });
    expect(boundsBetween(view(48, 16, 6), { x: 300, y: 20 }, { x: 10, y: 400 })).toEqual(one);
  });

  it('fits what it is to show', () => {
    for (const bounds of [
      [46, 9, 49, 17],
      [-20, 170, -10, -170],
      [-60, -179, 80, 179],
    ] as Bounds[]) {
      const fit = fitted(view(0, 0, 3), bounds, 40);
      const [south, west, north, east] = bounds;
      const corners = [toWorld([north, west]), toWorld([south, east])].map((place) =>
        onScreen(fit, place, 1),
      );
      const seen = corners.flat();
      expect(seen.some(({ x, y }) => x >= 0 && y >= 0)).toBe(true);
      expect(corners.every((copies) => copies.length > 0)).toBe(true);
    }
    expect(fitted(view(0, 0, 3), [48, 16, 48, 16], 40, 15).zoom).toBe(15);
  });
});

describe('places on the screen', () => {
  it('are in every copy of the world that shows', () => {
    const wide = held(view(0, 0, 1, 1600, 300));
    const xs = onScreen(wide, toWorld([0, 90])).map(({ x }) => Math.round(x));
    const step = Math.round(worldSize(wide.zoom));
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(xs.length).toBe(3);
    expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBe(step);
  });

  it('are beside each other across the date line', () => {
    const [west] = onScreen(view(0, 180, 6), toWorld([0, 179.5]));
    const [east] = onScreen(view(0, 180, 6), toWorld([0, -179.5]));
    expect(Math.round((east?.x ?? 0) - (west?.x ?? 0))).toBe(Math.round(worldSize(6) / 360));
  });

  it('are none where they are not seen', () => {
    expect(onScreen(view(0, 0, 8), toWorld([0, 40]))).toEqual([]);
    expect(onScreen(view(0, 0, 8), toWorld([60, 0]))).toEqual([]);
    expect(onScreen(view(0, 0, 8), toWorld([0, 0.3]), 50)).toHaveLength(1);
  });
});

describe('boxes', () => {
  const cases: [string, Bounds, Bounds, Bounds][] = [
    ['beside each other', [1, 2, 3, 4], [0, 6, 2, 8], [0, 2, 3, 8]],
    ['one within the other', [0, 0, 9, 9], [1, 1, 2, 2], [0, 0, 9, 9]],
    ['on both sides of the date line', [0, 170, 1, 175], [0, -175, 1, -170], [0, 170, 1, -170]],
    ['of which one crosses it', [0, 178, 1, -178], [0, 160, 1, 162], [0, 160, 1, -178]],
    ['of places', [5, 10, 5, 10], [5, 10, 5, 10], [5, 10, 5, 10]],
    ['that leave no gap', [0, -180, 1, 180], [0, 5, 1, 6], [0, -180, 1, 180]],
  ];
  for (const [name, a, b, expected] of cases)
    it(`are joined: ${name}`, () => {
      expect(joined(a, b)).toEqual(expected);
      expect(joined(b, a)).toEqual(expected);
    });

  it('are the whole world where there are none', () => expect(around([])).toEqual([-90, -180, 90, 180]));

  it('grow over the date line, and no farther than the poles', () => {
    near(grown([0, -180, 1, -179], 0.5), [-0.5, 179.5, 1.5, -178.5]);
    near(grown([-90, 0, 90, 1], 0.5), [-90, -0.5, 90, 1.5]);
    expect(grown([0, -180, 1, 180], 0.5)).toEqual([-0.5, -180, 1.5, 180]);
  });

  it('are written as the query language has them', () => {
    expect(inQuery([48.123456, -2, 49, 0.0000001])).toBe('in:48.12346,-2,49,0');
    expect(rounded([48.1234567, -2.9999999])).toEqual([48.12346, -3]);
  });
});
