import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { prepared } from './atlas';
import { toWorld } from './projection';

const read = (name: string) =>
  JSON.parse(readFileSync(`node_modules/world-atlas/${name}.json`, 'utf8')) as Parameters<typeof prepared>[0];

/** Whether a place is on land, by how often a line from it to the west crosses a shore. */
function isLand(land: Awaited<ReturnType<typeof prepared>>['land'], lat: number, lon: number): boolean {
  const { x, y } = toWorld([lat, lon]);
  let crossed = 0;
  for (const { points } of land)
    for (let i = 0; i < points.length; i += 2) {
      const j = (i + 2) % points.length;
      const [ax, ay, bx, by] = [points[i], points[i + 1], points[j], points[j + 1]] as [
        number,
        number,
        number,
        number,
      ];
      if (ay > y !== by > y && ax + ((y - ay) / (by - ay)) * (bx - ax) < x) crossed += 1;
    }
  return crossed % 2 === 1;
}

describe.each(['countries-50m', 'countries-10m'])('the world of %s', (name) => {
  const made = prepared(read(name));
  const places: [string, number, number, boolean][] = [
    ['Vienna', 48.2, 16.37, true],
    ['Kansas', 38.5, -98, true],
    ['Siberia west of the date line', 67, 178, true],
    ['Siberia east of the date line', 66.6, -178, true],
    ['Antarctica', -80, 30, true],
    ['Alice Springs', -23.7, 133.9, true],
    ['the Atlantic', 35, -40, false],
    ['the Pacific at the date line', 0, 179.9, false],
    ['the Caspian Sea', 41.5, 50.8, false],
    ['the Caribbean', 15, -75, false],
  ];
  it.each(places)('has %s right', async (_place, lat, lon, land) => {
    expect(isLand((await made).land, lat, lon)).toBe(land);
  });

  it('lies within the square, without a line that crosses all of it', async () => {
    const { land, borders } = await made;
    for (const { left, right, top, bottom } of [...land, ...borders]) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(-1e-9);
      expect(Math.max(right, bottom)).toBeLessThanOrEqual(1 + 1e-9);
    }
    expect(borders.length).toBeGreaterThan(150);
    for (const { left, right } of borders) expect(right - left).toBeLessThan(0.3);
  });

  it('names its countries, the largest first', async () => {
    const { labels } = await made;
    expect(labels.slice(0, 3).map(({ name: country }) => country)).toContain('Russia');
    expect(labels.length).toBeGreaterThan(200);
  });
});
