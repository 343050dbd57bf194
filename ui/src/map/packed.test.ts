import { describe, expect, it } from 'vitest';
import { pack, unpack, type Atlas } from './packed';
import { shapeOf } from './shapes';

const ATLAS: Atlas = {
  land: [shapeOf([0, 0, 1, 0, 1, 1, 0, 1]), shapeOf([0.25, 0.5, 0.2501, 0.4999, 0.3, 0.6])],
  borders: [shapeOf([0.7, 0.1, 0.1, 0.9])],
  labels: [{ code: '276', name: 'Ünïty “Land” 🗺', at: { x: 0.5, y: 0.25 }, width: 0.1, area: 0.01 }],
};

describe('a world in a file', () => {
  it('is what it was, but for two metres', async () => {
    const read = await unpack(pack(ATLAS), () => undefined);
    expect(read.labels).toEqual(ATLAS.labels);
    for (const kind of ['land', 'borders'] as const) {
      expect(read[kind].length).toBe(ATLAS[kind].length);
      read[kind].forEach((shape, index) => {
        const before = ATLAS[kind][index];
        expect(shape.points.length).toBe(before?.points.length);
        shape.points.forEach((value, at) => expect(value).toBeCloseTo(before?.points[at] ?? NaN, 7));
        expect(shape.right).toBeCloseTo(before?.right ?? NaN, 7);
      });
    }
  });

  it('is read by and by', async () => {
    let pauses = 0;
    const read = await unpack(pack(ATLAS), () => {
      pauses += 1;
      return Promise.resolve();
    });
    expect(pauses).toBe(3);
    expect(read.land).toHaveLength(2);
  });

  it('may lie anywhere in what was read', async () => {
    const packed = pack(ATLAS);
    const within = new Uint8Array(packed.length + 7);
    within.set(packed, 7);
    expect((await unpack(within.subarray(7), () => undefined)).borders).toHaveLength(1);
  });
});
