/** jsdom has no layout: a fixed window of 1200 × 800 stands in for it, and scrolling into view does nothing. */
import { configure } from '@testing-library/svelte';
import { beforeEach, vi } from 'vitest';
import { loadTexts } from './i18n/i18n';
import { pace } from './timeline/building';
import { sawThumbnail } from './timeline/marks';

await Promise.all([loadTexts('en'), loadTexts('de')]);

// What comes later comes when the machine has time for it.
configure({ asyncUtilTimeout: 15_000 });

class FixedResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** Everything is on the screen. */
class SeenIntersectionObserver {
  private readonly told: IntersectionObserverCallback;

  constructor(told: IntersectionObserverCallback) {
    this.told = told;
  }

  observe(target: Element): void {
    const entry = { target, isIntersecting: true } as IntersectionObserverEntry;
    queueMicrotask(() => this.told([entry], this as unknown as IntersectionObserver));
  }

  unobserve(): void {}
  disconnect(): void {}
}

vi.stubGlobal('ResizeObserver', FixedResizeObserver);
vi.stubGlobal('IntersectionObserver', SeenIntersectionObserver);
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 1200 });
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 800 });
HTMLElement.prototype.scrollIntoView = () => undefined;

// Nor does it draw.
HTMLCanvasElement.prototype.getContext = () => null;

// jsdom has no media: of what is asked about it only that nothing moves is so.
vi.stubGlobal('matchMedia', (media: string) =>
  Object.assign(new EventTarget(), { media, matches: media.includes('prefers-reduced-motion') }),
);

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

// Nor does it keep blobs for the page.
let blobs = 0;
URL.createObjectURL = () => `blob:${(blobs += 1)}`;
URL.revokeObjectURL = () => undefined;

// Each test begins at the first page.
beforeEach(() => history.replaceState(null, '', '/'));

// Pictures are not loaded: what waits for the first of them does not.
sawThumbnail();

// Whoever looks for a tile looks at once.
pace.perFrame = Infinity;
