/** What the mouse, fingers and the wheel mean on a map: it is dragged and pinched, or a box is drawn on it. */
import { DRAG_MIN } from '../selection/drag.svelte';
import type { Point } from './projection';
import type { Viewport } from './viewport.svelte';

/** Zooms for each pixel of the wheel; a touchpad's pinch comes as a wheel with Ctrl, in small numbers. */
const WHEEL = 1 / 300;
const PINCH = 1 / 90;
/** A wheel that counts lines or pages. */
const LINE = 24;

export interface Wishes {
  /** Whether the next drag draws a box without Shift. */
  draws: () => boolean;
  drawn: ((from: Point, to: Point) => void) | undefined;
  picked: ((at: Point) => void) | undefined;
}

export class Gestures {
  /** The box that is being drawn, from corner to corner. */
  box = $state.raw<{ from: Point; to: Point } | null>(null);
  /** Whether the map follows the hand just now. */
  dragging = $state(false);

  private readonly viewport: Viewport;
  private readonly wishes: Wishes;
  private readonly fingers = new Map<number, Point>();
  private begun: Point | null = null;
  private moved = false;
  /** Whether two fingers were on the map since the first of them came. */
  private pinched = false;
  private stop: (() => void) | null = null;

  constructor(viewport: Viewport, wishes: Wishes) {
    this.viewport = viewport;
    this.wishes = wishes;
  }

  /** Whether the click that comes now only ends a drag. */
  endedDrag(): boolean {
    const { moved } = this;
    this.moved = false;
    return moved;
  }

  down(event: PointerEvent, surface: HTMLElement): void {
    if (event.button !== 0) return;
    const at = pointOf(event, surface);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 1) {
      this.pinched = true;
      this.box = null;
      return;
    }
    this.begun = at;
    this.moved = false;
    this.pinched = false;
    this.viewport.stop();
    const draws = this.wishes.drawn !== undefined && (event.shiftKey || this.wishes.draws());
    const move = (now: PointerEvent) => this.move(now, pointOf(now, surface), draws);
    const up = (now: PointerEvent) => this.up(now);
    const escape = (pressed: KeyboardEvent) => {
      if (pressed.key !== 'Escape' || !this.box) return;
      pressed.preventDefault();
      pressed.stopPropagation();
      this.leave();
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
    addEventListener('pointercancel', up);
    addEventListener('keydown', escape, true);
    this.stop = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      removeEventListener('pointercancel', up);
      removeEventListener('keydown', escape, true);
      this.stop = null;
    };
  }

  wheel(event: WheelEvent, surface: HTMLElement): void {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE);
    const share = event.ctrlKey ? PINCH : WHEEL;
    const steps = Math.max(-1, Math.min(1, -pixels * share));
    this.viewport.zoomBy(steps, pointOf(event, surface));
  }

  click(event: MouseEvent, surface: HTMLElement): void {
    if (!this.endedDrag()) this.wishes.picked?.(pointOf(event, surface));
  }

  /** The map is taken away, or what was begun is not to be. */
  leave(): void {
    this.stop?.();
    this.fingers.clear();
    this.box = null;
    this.dragging = false;
  }

  private move(event: PointerEvent, at: Point, draws: boolean): void {
    const before = this.fingers.get(event.pointerId);
    if (!before || !this.begun) return;
    const others = [...this.fingers].filter(([id]) => id !== event.pointerId);
    const [other] = others;
    if (other) this.pinch(before, at, other[1]);
    else {
      if (!this.moved && Math.hypot(at.x - this.begun.x, at.y - this.begun.y) < DRAG_MIN) return;
      if (draws && !this.pinched) this.box = { from: this.begun, to: at };
      else {
        this.dragging = true;
        // All of the way since the press, also what was too short to be a drag.
        const from = this.moved ? before : this.begun;
        this.viewport.pan(at.x - from.x, at.y - from.y);
      }
    }
    this.moved = true;
    this.fingers.set(event.pointerId, at);
  }

  private pinch(before: Point, at: Point, other: Point): void {
    const far = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const middle = (a: Point) => ({ x: (a.x + other.x) / 2, y: (a.y + other.y) / 2 });
    this.viewport.pan(middle(at).x - middle(before).x, middle(at).y - middle(before).y);
    this.viewport.zoomBy(Math.log2(far(at) / far(before)), middle(at));
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.fingers.size > 0) return;
    const { box } = this;
    const drawn = event.type === 'pointerup' ? box : null;
    this.leave();
    if (drawn) this.wishes.drawn?.(drawn.from, drawn.to);
  }
}

export function pointOf(event: MouseEvent, surface: HTMLElement): Point {
  const { left, top } = surface.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
