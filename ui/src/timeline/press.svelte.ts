/**
 * What a pressed mouse button means in a grid: a click, a rectangle that selects what it touches, or photos that are
 * carried away. A rectangle begins anywhere but on a selected photo; from there, the selected photos are carried. Where
 * photos are there to be carried, any of them can be; one that is not selected then is, alone.
 */
import type { Row } from '../backend/types';
import { DRAG_MIN, type DragState } from '../selection/drag.svelte';
import type { SelectionState } from '../selection/selection.svelte';
import type { GridState } from './grid.svelte';
import type { Rect } from './layout';

/** How fast the grid scrolls while the mouse is beyond its edge: pixels a frame, for each pixel beyond. */
const PULL = 0.25;
const PULL_MAX = 40;

/** The elements of a grid: what scrolls, and what is scrolled. */
export interface Elements {
  scroller: HTMLElement;
  space: HTMLElement;
}

export class Press {
  /** The rectangle, in the scrolled element's own pixels. */
  rubber = $state.raw<Rect | null>(null);

  private readonly grid: GridState;
  private readonly selection: SelectionState;
  private readonly drag: DragState;
  private readonly carriesAny: () => boolean;
  private stop: (() => void) | null = null;
  /** A click follows each press; the one that ended a drag is none. */
  private dragged = false;

  constructor(grid: GridState, selection: SelectionState, drag: DragState, carriesAny = () => false) {
    this.grid = grid;
    this.selection = selection;
    this.drag = drag;
    this.carriesAny = carriesAny;
  }

  /** Whether the click that comes now only ends a drag. */
  endedDrag(): boolean {
    const { dragged } = this;
    this.dragged = false;
    return dragged;
  }

  down(event: PointerEvent, { scroller, space }: Elements): void {
    this.dragged = false;
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const begun = { x: event.clientX, y: event.clientY };
    const photo = (event.target as Element).closest<HTMLElement>('[data-photo-id]')?.dataset['photoId'];
    const carries = photo !== undefined && (this.selection.has(photo) || this.carriesAny());
    const drawing = carries ? null : new Rubber(this, begun, { scroller, space });
    const move = (moved: PointerEvent) => {
      const far = Math.hypot(moved.clientX - begun.x, moved.clientY - begun.y) >= DRAG_MIN;
      if (!this.dragged && !far) return;
      if (!this.dragged && carries) this.carry(photo);
      this.dragged = true;
      if (carries) this.drag.move(moved.clientX, moved.clientY);
      else drawing?.to(moved.clientX, moved.clientY);
    };
    const end = (let_go: boolean) => {
      this.stop?.();
      if (!this.dragged || !carries) return;
      if (let_go) this.drag.end();
      else this.drag.cancel();
    };
    const up = () => end(true);
    const escape = (pressed: KeyboardEvent) => {
      if (pressed.key !== 'Escape' || !this.dragged) return;
      pressed.preventDefault();
      pressed.stopPropagation();
      end(false);
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
      drawing?.end();
      this.rubber = null;
      this.stop = null;
    };
  }

  private carry(photo: string): void {
    if (!this.selection.has(photo)) {
      this.selection.clear();
      this.selection.toggle(this.grid, this.grid.photosOf(photo));
    }
    this.drag.begin(this.selection.count, this.selection.sample);
  }

  /** The grid is taken away. */
  leave(): void {
    this.stop?.();
  }

  /** Selects what a rectangle touches; its heights are virtual positions. */
  select(rect: Rect, before: ReadonlyMap<string, Row>): void {
    this.rubber = { ...rect, top: rect.top - this.grid.base, bottom: rect.bottom - this.grid.base };
    this.selection.draw(this.grid, before, this.grid.touching(rect));
  }

  before(): ReadonlyMap<string, Row> {
    return this.selection.drawn(this.grid);
  }

  get top(): number {
    return this.grid.virtualTop;
  }

  scrollBy(pixels: number): void {
    this.grid.jumpTo(this.grid.virtualTop + pixels);
  }
}

/** A rectangle that is being drawn; it grows on while the mouse stands beyond an edge. */
class Rubber {
  private readonly press: Press;
  private readonly elements: Elements;
  private readonly before: ReadonlyMap<string, Row>;
  private readonly from: { x: number; y: number };
  private at: { x: number; y: number };
  private frame = 0;

  constructor(press: Press, begun: { x: number; y: number }, elements: Elements) {
    this.press = press;
    this.elements = elements;
    this.before = press.before();
    this.at = begun;
    this.from = this.virtual();
  }

  to(x: number, y: number): void {
    this.at = { x, y };
    this.select();
    if (this.frame === 0) this.pull();
  }

  end(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  private pull(): void {
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const { top, bottom } = this.elements.scroller.getBoundingClientRect();
      const beyond = this.at.y < top ? this.at.y - top : Math.max(0, this.at.y - bottom);
      if (beyond === 0) return;
      this.press.scrollBy(Math.sign(beyond) * Math.min(PULL_MAX, Math.abs(beyond) * PULL + 2));
      this.select();
      this.pull();
    });
  }

  private select(): void {
    const now = this.virtual();
    const rect = {
      left: Math.min(this.from.x, now.x),
      right: Math.max(this.from.x, now.x),
      top: Math.min(this.from.y, now.y),
      bottom: Math.max(this.from.y, now.y),
    };
    this.press.select(rect, this.before);
  }

  private virtual(): { x: number; y: number } {
    const { scroller, space } = this.elements;
    const x = this.at.x - space.getBoundingClientRect().left;
    return { x, y: this.press.top + this.at.y - scroller.getBoundingClientRect().top };
  }
}
