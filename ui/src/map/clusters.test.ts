import { describe, expect, it } from 'vitest';
import type { Cluster } from '../backend/types';
import { gathered, placed, sizeOf } from './clusters';
import { toWorld, worldSize } from './projection';

const cluster = (id: string, count: number, lat: number, lon: number): Cluster => ({
  id,
  count,
  position: [lat, lon],
  bbox: [lat - 0.1, lon - 0.1, lat + 0.1, lon + 0.1],
});

describe('groups', () => {
  it('are larger the more photos they have, up to a size', () => {
    const sizes = [1, 10, 100, 1000, 1_000_000].map(sizeOf);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizeOf(1_000_000)).toBe(sizeOf(1_000_000_000));
  });

  it('are one where they would cover each other, with the box of both and each of them', () => {
    const [group, ...others] = gathered([cluster('a', 9, 48, 16), cluster('b', 3, 48.5, 16.5)], 4);
    expect(others).toEqual([]);
    expect(group).toMatchObject({ id: 'a', count: 12, bounds: [47.9, 15.9, 48.6, 16.6] });
    expect(group?.parts).toHaveLength(2);
  });

  it('are two again nearer by', () => {
    expect(gathered([cluster('a', 9, 48, 16), cluster('b', 3, 48.2, 16.2)], 12)).toHaveLength(2);
  });

  it('are one across the date line', () => {
    const [group, ...others] = gathered([cluster('a', 9, 0, 179.8), cluster('b', 3, 0, -179.8)], 4);
    expect(others).toEqual([]);
    expect(group?.bounds.map((degrees) => Number(degrees.toFixed(3)))).toEqual([-0.1, 179.7, 0.1, -179.7]);
  });

  it('never cover each other, and lose no photo', () => {
    const clusters = Array.from({ length: 400 }, (_, index) =>
      cluster(`${index}`, 1 + ((index * 37) % 90), ((index * 7.3) % 120) - 60, ((index * 11.9) % 360) - 180),
    ).sort((a, b) => b.count - a.count);
    const groups = gathered(clusters, 3);
    const all = (list: readonly { count: number }[]) => list.reduce((sum, { count }) => sum + count, 0);
    expect(all(groups)).toBe(all(clusters));
    const size = worldSize(3);
    for (const a of groups)
      for (const b of groups) {
        if (a === b) continue;
        const dx = Math.abs(a.at.x - b.at.x);
        const far = Math.hypot(Math.min(dx, 1 - dx), a.at.y - b.at.y) * size;
        // Groups grow after they were placed, by what joins them: a little overlap is left.
        expect(far).toBeGreaterThan(44 * 0.9);
      }
  });

  it('are placed in every copy of the world, each with a name of its own', () => {
    const groups = gathered([cluster('a', 9, 0, 90)], 1);
    const view = { ...toWorld([0, 0]), zoom: 1, width: 1600, height: 500 };
    const places = placed(groups, view);
    expect(places.length).toBe(3);
    expect(new Set(places.map(({ key }) => key)).size).toBe(places.length);
  });
});
