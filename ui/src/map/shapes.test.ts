import { describe, expect, it } from 'vitest';
import { cutLines, cutRings, shapeOf, type Frame } from './shapes';

/** What was drawn, as SVG would say it. */
function drawn(cut: typeof cutRings, shapes: number[][], frame: Partial<Frame> = {}): string {
  const steps: string[] = [];
  const round = (value: number) => Math.round(value * 100) / 100;
  cut(
    shapes.map(shapeOf),
    { left: 0, top: 0, right: 1, bottom: 1, scale: 100, ...frame },
    {
      moveTo: (x, y) => steps.push(`M${round(x)},${round(y)}`),
      lineTo: (x, y) => steps.push(`L${round(x)},${round(y)}`),
      closePath: () => steps.push('Z'),
    },
  );
  return steps.join(' ');
}

const SQUARE = [0.2, 0.2, 0.6, 0.2, 0.6, 0.6, 0.2, 0.6];

describe('rings', () => {
  it('are drawn in the pixels of the frame', () => {
    expect(drawn(cutRings, [SQUARE])).toBe('M20,20 L60,20 L60,60 L20,60 Z');
    expect(drawn(cutRings, [SQUARE], { left: 0.1, top: 0.1, scale: 1000 })).toBe(
      'M100,100 L500,100 L500,500 L100,500 Z',
    );
  });

  it('are cut at the edges', () => {
    const frame = { left: 0.4, right: 0.9, top: 0.1, bottom: 0.5 };
    expect(drawn(cutRings, [SQUARE], frame)).toBe('M0,40 L0,10 L20,10 L20,40 Z');
  });

  it('fill a frame that lies within them', () => {
    const frame = { left: 0.3, right: 0.4, top: 0.3, bottom: 0.4 };
    expect(drawn(cutRings, [SQUARE], frame).match(/[MLZ]/g)).toEqual(['M', 'L', 'L', 'L', 'Z']);
  });

  it('are left out where the frame is elsewhere, or where they are less than a pixel', () => {
    expect(drawn(cutRings, [SQUARE], { left: 0.7, right: 0.9 })).toBe('');
    expect(drawn(cutRings, [SQUARE], { scale: 1 })).toBe('');
  });

  it('lose points that share a pixel', () => {
    const dense = [0.2, 0.2, 0.201, 0.2, 0.202, 0.2, 0.6, 0.2, 0.6, 0.6];
    expect(drawn(cutRings, [dense])).toBe('M20,20 L60,20 L60,60 Z');
  });

  it('are there again in the next copy of the world, and the one before', () => {
    expect(drawn(cutRings, [SQUARE], { left: 1, right: 2 })).toBe('M20,20 L60,20 L60,60 L20,60 Z');
    expect(drawn(cutRings, [SQUARE], { left: -1, right: 1 }).match(/Z/g)).toHaveLength(2);
  });
});

describe('lines', () => {
  it('are drawn open', () => {
    expect(drawn(cutLines, [[0.1, 0.1, 0.5, 0.1, 0.5, 0.5]])).toBe('M10,10 L50,10 L50,50');
  });

  it('are cut, and go on where they come back', () => {
    const frame = { left: 0, right: 0.4, top: 0, bottom: 1 };
    const line = [0.1, 0.1, 0.7, 0.1, 0.7, 0.5, 0.1, 0.5];
    expect(drawn(cutLines, [line], frame)).toBe('M10,10 L40,10 M40,50 L10,50');
  });

  it('stay within numbers that a canvas can count, however near one looks', () => {
    const scale = 256 * 2 ** 20;
    const frame = { left: 0.5, right: 0.5 + 1000 / scale, top: 0.25, bottom: 0.25 + 800 / scale, scale };
    const far =
      drawn(cutLines, [[0.1, 0.1, 0.9, 0.4]], frame) + drawn(cutRings, [[0, 0, 1, 0, 1, 1, 0, 1]], frame);
    for (const [number] of far.matchAll(/[\d.]+/g)) expect(Number(number)).toBeLessThanOrEqual(1000);
    expect(far).toMatch(/^M.*L.*Z$/);
  });
});
