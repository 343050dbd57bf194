/** jsdom has no layout: a fixed window of 1200 × 800 stands in for it, and scrolling into view does nothing. */
import { configure } from '@testing-library/svelte';
import { beforeEach, vi } from 'vitest';

// What comes later comes when the machine has time for it.
configure({ asyncUtilTimeout: 15_000 });

class FixedResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

vi.stubGlobal('ResizeObserver', FixedResizeObserver);
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 1200 });
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 800 });
HTMLElement.prototype.scrollIntoView = () => undefined;

// Nor does it draw.
HTMLCanvasElement.prototype.getContext = () => null;

// A pointer is a mouse with a number.
class NumberedMouseEvent extends MouseEvent {
  readonly pointerId: number;
  readonly pointerType: string;

  constructor(type: string, init: PointerEventInit = {}) {
    super(type, init);
    this.pointerId = init.pointerId ?? 1;
    this.pointerType = init.pointerType ?? 'mouse';
  }
}

vi.stubGlobal('PointerEvent', NumberedMouseEvent);

// jsdom knows dialogs as elements only.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
};

// Each test begins at the first page.
beforeEach(() => history.replaceState(null, '', '/'));
