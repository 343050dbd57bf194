import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gestures } from './gestures.svelte';
import { positionAt, type Point } from './projection';
import { Viewport } from './viewport.svelte';

const LEFT = 40;
const TOP = 20;

let surface: HTMLElement;
let viewport: Viewport;
let gestures: Gestures;
let draws: boolean;
const drawn = vi.fn();

beforeEach(() => {
  surface = document.createElement('div');
  surface.getBoundingClientRect = () => new DOMRect(LEFT, TOP, 800, 600);
  viewport = new Viewport();
  viewport.resize(800, 600);
  viewport.centre([48, 11], 6);
  draws = false;
  drawn.mockClear();
  gestures = new Gestures(viewport, { draws: () => draws, drawn, picked: undefined });
});

afterEach(() => gestures.leave());

function finger(id: number, type: 'pointermove' | 'pointerup', { x, y }: Point) {
  const at = { clientX: x + LEFT, clientY: y + TOP };
  dispatchEvent(new PointerEvent(type, { pointerId: id, pointerType: 'touch', ...at }));
}

function press(id: number, { x, y }: Point) {
  const at = { clientX: x + LEFT, clientY: y + TOP };
  gestures.down(new PointerEvent('pointerdown', { pointerId: id, pointerType: 'touch', ...at }), surface);
}

const near = (at: Point, expected: readonly number[]) =>
  positionAt(viewport.view, at).forEach((value, axis) => expect(value).toBeCloseTo(expected[axis] ?? NaN, 6));

describe('two fingers', () => {
  it('keep the places that they lie on, whichever of them moves', () => {
    press(1, { x: 300, y: 300 });
    press(2, { x: 500, y: 300 });
    const [left, right] = [300, 500].map((x) => positionAt(viewport.view, { x, y: 300 }));
    for (let step = 1; step <= 10; step++) {
      finger(1, 'pointermove', { x: 300 - 10 * step, y: 300 });
      finger(2, 'pointermove', { x: 500 + 10 * step, y: 300 });
    }
    // Twice as far apart: everything is twice as large.
    expect(viewport.view.zoom).toBeCloseTo(7, 6);
    near({ x: 200, y: 300 }, left ?? []);
    near({ x: 600, y: 300 }, right ?? []);
  });

  it('move the map together, and one of them alone once the other is gone', () => {
    const [a, b] = [
      { x: 300, y: 200 },
      { x: 500, y: 400 },
    ];
    press(1, a);
    press(2, b);
    const place = positionAt(viewport.view, a);
    finger(1, 'pointermove', { x: a.x + 60, y: a.y + 30 });
    finger(2, 'pointermove', { x: b.x + 60, y: b.y + 30 });
    expect(viewport.view.zoom).toBeCloseTo(6, 6);
    near({ x: 360, y: 230 }, place);
    finger(2, 'pointerup', { x: b.x + 60, y: b.y + 30 });
    finger(1, 'pointermove', { x: 400, y: 300 });
    near({ x: 400, y: 300 }, place);
    expect(viewport.view.zoom).toBeCloseTo(6, 6);
  });

  it('on one spot do not fling the map away', () => {
    press(1, { x: 300, y: 300 });
    press(2, { x: 300, y: 300 });
    finger(2, 'pointermove', { x: 301, y: 300 });
    expect(Number.isFinite(viewport.view.zoom)).toBe(true);
    expect(viewport.view.zoom).toBeCloseTo(6, 6);
  });

  it('draw no box, nor does the one that is left', () => {
    draws = true;
    press(1, { x: 300, y: 300 });
    finger(1, 'pointermove', { x: 340, y: 340 });
    expect(gestures.box).not.toBeNull();
    press(2, { x: 500, y: 300 });
    finger(2, 'pointermove', { x: 560, y: 300 });
    finger(2, 'pointerup', { x: 560, y: 300 });
    finger(1, 'pointermove', { x: 400, y: 400 });
    expect(gestures.box).toBeNull();
    finger(1, 'pointerup', { x: 400, y: 400 });
    expect(drawn).not.toHaveBeenCalled();
    press(1, { x: 300, y: 300 });
    finger(1, 'pointermove', { x: 340, y: 340 });
    finger(1, 'pointerup', { x: 340, y: 340 });
    expect(drawn).toHaveBeenCalledOnce();
  });
});
