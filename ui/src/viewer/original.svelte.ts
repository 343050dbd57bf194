/**
 * The original of the photo that is open, as it comes to the screen. One that this device holds is left to the page's
 * own loading; one that another device holds is fetched with its progress, and tried again when a device comes within
 * reach. Whoever leaves a photo stops it, so that never more than one is under way.
 */
import { codeOf, isAbort, messageOf, type Backend } from '../backend/backend';
import type { Photo } from '../backend/types';

/** Larger ones are never held in memory whole. */
const HELD_BYTES_MAX = 200_000_000;
/** What comes at once needs no word about it. */
const QUIET_MS = 300;

export type Coming =
  | { is: 'none' }
  /** The page loads `url`; `slow` once that takes long enough to say so. */
  | { is: 'loading'; url: string; slow: boolean }
  /** `share` of it is here, null while that is not known. */
  | { is: 'fetching'; share: number | null; slow: boolean }
  | { is: 'shown'; url: string }
  /** `code` as the API has it; `undrawn` where it came and could not be drawn. */
  | { is: 'failed'; code: string; reason: string };

export class OriginalState {
  state = $state.raw<Coming>({ is: 'none' });

  private readonly backend: Backend;
  private readonly id: string;
  private readonly trouble: (error: unknown) => void;
  private size = 0;
  private stopped = false;
  private controller: AbortController | null = null;
  private held: string | null = null;
  private quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, id: string, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.id = id;
    this.trouble = trouble;
  }

  /** Somebody stays with the photo: its original is wanted. `here` is this device. */
  want(photo: Photo, here: string | null): void {
    if (this.stopped || this.state.is !== 'none') return;
    this.size = photo.size;
    const local = photo.replicas.some(({ device }) => device === here);
    if (local || photo.size > HELD_BYTES_MAX) this.load(this.backend.originalUrl(this.id));
    else void this.fetch();
  }

  /** The page has drawn it. */
  onDrawn(): void {
    if (this.state.is !== 'loading') return;
    clearTimeout(this.quiet);
    this.state = { is: 'shown', url: this.state.url };
  }

  /** The page could not load or draw it; what the API says tells which. */
  onUndrawn(): void {
    if (this.state.is !== 'loading' && this.state.is !== 'shown') return;
    if (this.held !== null || this.size > HELD_BYTES_MAX) this.fail('undrawn', '');
    else void this.fetch();
  }

  /** Tries again what failed for a device that was out of reach. */
  retry(): void {
    if (this.stopped || this.state.is !== 'failed' || this.state.code === 'undrawn') return;
    if (this.size > HELD_BYTES_MAX) this.load(this.backend.originalUrl(this.id));
    else void this.fetch();
  }

  stop(): void {
    this.stopped = true;
    this.controller?.abort();
    clearTimeout(this.quiet);
    this.release();
  }

  private load(url: string): void {
    this.state = { is: 'loading', url, slow: false };
    this.sayIfSlow();
  }

  private async fetch(): Promise<void> {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    this.state = { is: 'fetching', share: null, slow: false };
    this.sayIfSlow();
    try {
      const blob = await this.backend.original(this.id, controller.signal, (share) => {
        if (this.state.is === 'fetching' && !controller.signal.aborted) this.state = { ...this.state, share };
      });
      if (controller.signal.aborted) return;
      this.release();
      this.held = URL.createObjectURL(blob);
      this.load(this.held);
    } catch (error) {
      if (isAbort(error) || controller.signal.aborted) return;
      this.fail(codeOf(error), messageOf(error));
      this.trouble(error);
    }
  }

  private fail(code: string, reason: string): void {
    clearTimeout(this.quiet);
    this.state = { is: 'failed', code, reason };
  }

  private sayIfSlow(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      const { state } = this;
      if (state.is === 'loading' || state.is === 'fetching') this.state = { ...state, slow: true };
    }, QUIET_MS);
  }

  private release(): void {
    if (this.held !== null) URL.revokeObjectURL(this.held);
    this.held = null;
  }
}
