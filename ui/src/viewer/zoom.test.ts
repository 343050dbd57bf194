import { describe, expect, it } from 'vitest';
import { clamp, fit, FITTED, pixelScale, scaleMax, zoomAt } from './zoom';

const STAGE = { width: 1000, height: 800 };

describe('fitting', () => {
  it('fills the stage in one direction and keeps the shape', () => {
    expect(fit({ width: 4000, height: 2000 }, STAGE, 1)).toEqual({ width: 1000, height: 500 });
    expect(fit({ width: 2000, height: 4000 }, STAGE, 1)).toEqual({ width: 400, height: 800 });
  });

  it('never blows a small picture up', () => {
    expect(fit({ width: 300, height: 200 }, STAGE, 1)).toEqual({ width: 300, height: 200 });
    expect(fit({ width: 300, height: 200 }, STAGE, 2)).toEqual({ width: 150, height: 100 });
  });

  it('makes nothing of a picture without size', () => {
    expect(fit({ width: 0, height: 0 }, STAGE, 1)).toEqual({ width: 0, height: 0 });
  });
});

describe('zooming', () => {
  const picture = { width: 4000, height: 3000 };
  const fitted = fit(picture, STAGE, 1);

  it('goes as far as single pixels and beyond', () => {
    expect(pixelScale(picture, fitted, 1)).toBe(4);
    expect(scaleMax(picture, fitted, 1)).toBe(8);
    expect(scaleMax({ width: 300, height: 200 }, { width: 300, height: 200 }, 1)).toBe(4);
  });

  it('keeps what is under the mouse under the mouse', () => {
    const point = { x: 200, y: -100 };
    const before = { scale: 2, x: 30, y: 40 };
    const after = zoomAt(before, 1.7, point, 8);
    const under = (view: typeof before) => ({
      x: (point.x - view.x) / view.scale,
      y: (point.y - view.y) / view.scale,
    });
    expect(under(after).x).toBeCloseTo(under(before).x);
    expect(under(after).y).toBeCloseTo(under(before).y);
  });

  it('stops at both ends', () => {
    expect(zoomAt(FITTED, 0.1, { x: 5, y: 5 }, 8)).toEqual(FITTED);
    expect(zoomAt(FITTED, 100, { x: 0, y: 0 }, 8).scale).toBe(8);
  });

  it('leaves no edge of the picture inside the stage', () => {
    expect(clamp({ scale: 2, x: 9999, y: -9999 }, fitted, STAGE)).toEqual({ scale: 2, x: 500, y: -350 });
    expect(clamp({ scale: 1, x: 50, y: 50 }, fitted, STAGE)).toEqual(FITTED);
  });
});
