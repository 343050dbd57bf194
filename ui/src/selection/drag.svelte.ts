/**
 * Photos that are carried over the page with the mouse, and where they can be let go. Of the page's own making: what
 * the platform drags belongs to files from outside, in the window and in the browser alike.
 */
import type { Action } from 'svelte/action';
import type { Row } from '../backend/types';

/** Where photos can be let go. */
export interface Target {
  accepts: boolean;
  /** Position on the page, in CSS pixels. */
  drop: (x: number, y: number) => void;
}

const targets = new WeakMap<Element, Target>();
const OVER = 'drop-over';
/** Closer to where it began than this, a press is a click. */
export const DRAG_MIN = 6;

export class DragState {
  /** What is carried, shown by a few; null while nothing is. */
  carried = $state.raw<{ count: number; sample: readonly Row[] } | null>(null);
  x = $state(0);
  y = $state(0);

  private over: Element | null = null;

  begin(count: number, sample: readonly Row[]): void {
    this.carried = { count, sample };
  }

  move(x: number, y: number): void {
    this.x = x;
    this.y = y;
    const below = document.elementFromPoint(x, y)?.closest('[data-drop-target]') ?? null;
    if (below === this.over) return;
    this.over?.classList.remove(OVER);
    this.over = below;
    below?.classList.add(OVER);
  }

  /** Lets go; whoever is below takes the photos. */
  end(): void {
    const target = this.over && targets.get(this.over);
    this.cancel();
    target?.drop(this.x, this.y);
  }

  cancel(): void {
    this.over?.classList.remove(OVER);
    this.over = null;
    this.carried = null;
  }
}

/** Makes an element one that photos can be let go on. */
export const dropTarget: Action<HTMLElement, Target> = (element, target) => {
  const take = (now: Target) => {
    targets.set(element, now);
    element.toggleAttribute('data-drop-target', now.accepts);
  };
  take(target);
  return { update: take };
};
