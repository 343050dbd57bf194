/** What one map on the page shows, and how it glides there. */
import type { Bounds } from '../backend/types';
import {
  around,
  between,
  fitted,
  held,
  panned,
  toWorld,
  worldSize,
  zoomed,
  type Point,
  type View,
} from './projection';

const GLIDE_MS = 260;
/** A box is shown with this much room around it, in pixels, and no nearer than this unless told. */
const MARGIN = 72;
const FIT_MAX = 15;

export class Viewport {
  view = $state.raw<View>({ x: 0.5, y: 0.4, zoom: 2, width: 0, height: 0 });

  /** What lies over the map at its right and its bottom, in pixels: nothing is shown there. */
  covered = { right: 0, bottom: 0 };

  private frame = 0;

  resize(width: number, height: number): void {
    if (width === this.view.width && height === this.view.height) return;
    this.view = held({ ...this.view, width, height });
  }

  set(view: Partial<View>): void {
    this.stop();
    this.view = held({ ...this.view, ...view });
  }

  pan(dx: number, dy: number): void {
    this.stop();
    this.view = panned(this.view, dx, dy);
  }

  /** Zooms at once, as a wheel or two fingers do. */
  zoomBy(steps: number, at?: Point): void {
    this.stop();
    this.view = zoomed(this.view, this.view.zoom + steps, at);
  }

  /** Zooms as a button or a key does. */
  glideBy(steps: number, at?: Point): void {
    this.glide(zoomed(this.view, this.view.zoom + steps, at));
  }

  glidePan(dx: number, dy: number): void {
    this.glide(panned(this.view, dx, dy));
  }

  /** Shows all of these boxes; the whole world where there are none. */
  fit(boxes: readonly Bounds[], { glides = true, nearest = FIT_MAX } = {}): void {
    const { right, bottom } = this.covered;
    const { width, height } = this.view;
    const free = fitted(
      { ...this.view, width: width - right, height: height - bottom },
      around(boxes),
      MARGIN,
      nearest,
    );
    const size = worldSize(free.zoom);
    const next = { ...free, width, height, x: free.x + right / 2 / size, y: free.y + bottom / 2 / size };
    if (glides) this.glide(next);
    else this.set(next);
  }

  /** Moves a point of the screen out of what lies over the map. */
  uncover({ x, y }: Point, margin: number): void {
    const { width, height } = this.view;
    const { right, bottom } = this.covered;
    const dx = right > 0 ? Math.min(0, width - right - margin - x) : 0;
    const dy = bottom > 0 ? Math.min(0, height - bottom - margin - y) : 0;
    if (dx !== 0 || dy !== 0) this.glidePan(dx, dy);
  }

  centre(position: readonly number[], zoom: number): void {
    this.set({ ...toWorld(position), zoom });
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  private glide(to: View): void {
    this.stop();
    const from = this.view;
    const calm = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches;
    if (calm ?? true) {
      this.view = to;
      return;
    }
    const begun = performance.now();
    const step = (now: number) => {
      const share = Math.min(1, Math.max(0, now - begun) / GLIDE_MS);
      this.view = share === 1 ? held(to) : between(from, to, 1 - (1 - share) ** 3);
      this.frame = share === 1 ? 0 : requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }
}
