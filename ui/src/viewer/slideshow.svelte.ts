/** A slideshow: which photo it shows, for how long, and when its controls get out of the way. */
import type { Row } from '../backend/types';

export const PACES = [3, 5, 10] as const;
export type Pace = (typeof PACES)[number];

const PACE_KEY = 'kinfolio.slideshow.seconds';
/** Stillness after which the pointer and the controls hide. */
const STILL_MS = 2000;
/** Files without a picture that are passed over in one go, at most. */
const SKIPPED_MAX = 500;

/** The photos that it goes through. */
export interface Walk {
  neighbour(id: string, step: -1 | 1): Promise<Row | null>;
  /** The first photo (-1) or the last (1). */
  outermost(step: -1 | 1): Promise<Row | null>;
}

export class SlideshowState {
  row: Row;
  /** The one that comes next, to be loaded meanwhile. */
  next = $state.raw<Row | null>(null);
  playing = $state(true);
  pace = $state<Pace>(remembered());
  /** Nobody has moved for a while. */
  still = $state(false);

  private readonly walk: Walk;
  private readonly ended: () => void;
  private turn: ReturnType<typeof setTimeout> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  /** Whether what is shown is on the screen, so that its time runs. */
  private drawn = false;
  /** A video plays: its end is when the next one comes. */
  private holding = false;
  private stopped = false;

  constructor(first: Row, walk: Walk, ended: () => void) {
    this.row = $state.raw(first);
    this.walk = walk;
    this.ended = ended;
  }

  start(): void {
    this.stir();
    if (this.row.kind === 'file') void this.step(1);
    else void this.findNext();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.turn);
    clearTimeout(this.resting);
  }

  /** Somebody wants out. */
  end(): void {
    this.ended();
  }

  /** Somebody moved: the controls are there again. */
  stir(): void {
    this.still = false;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => (this.still = true), STILL_MS);
  }

  toggle(): void {
    this.playing = !this.playing;
    this.wind();
  }

  setPace(pace: Pace): void {
    this.pace = pace;
    try {
      localStorage.setItem(PACE_KEY, String(pace));
    } catch {
      // Without storage the choice lasts as long as the window.
    }
    this.wind();
  }

  /** The photo is on the screen, or cannot be: from now on its time runs. */
  onShown(id: string): void {
    if (id !== this.row.id) return;
    this.drawn = true;
    this.wind();
  }

  /** A video begins to play. */
  onPlay(id: string): void {
    if (id !== this.row.id) return;
    this.holding = true;
    clearTimeout(this.turn);
  }

  /** A video came to its end. */
  onPlayed(id: string): void {
    if (id !== this.row.id) return;
    this.holding = false;
    if (this.playing) void this.step(1);
  }

  /** Goes on, or back; beyond the last photo stands the first one. */
  async step(step: -1 | 1): Promise<void> {
    clearTimeout(this.turn);
    const from = this.row;
    const to = step === 1 && this.next ? this.next : await this.beside(from, step);
    if (this.stopped || this.row.id !== from.id) return;
    if (!to || to.id === from.id) {
      // There is but one photo: it stays, and is looked at again.
      this.wind();
      return;
    }
    this.row = to;
    this.next = null;
    this.drawn = false;
    this.holding = false;
    void this.findNext();
  }

  private async findNext(): Promise<void> {
    const { row } = this;
    const next = await this.beside(row, 1);
    if (!this.stopped && this.row.id === row.id) this.next = next;
  }

  /** The nearest photo that can be looked at. */
  private async beside(row: Row, step: -1 | 1): Promise<Row | null> {
    let at: Row | null = row;
    for (let passed = 0; passed < SKIPPED_MAX; passed += 1) {
      at = (await this.walk.neighbour(at.id, step)) ?? (await this.walk.outermost(step === 1 ? -1 : 1));
      if (!at || at.kind !== 'file' || at.id === row.id) return at;
    }
    return null;
  }

  private wind(): void {
    clearTimeout(this.turn);
    if (!this.playing || !this.drawn || this.holding || this.stopped) return;
    this.turn = setTimeout(() => void this.step(1), this.pace * 1000);
  }
}

function remembered(): Pace {
  try {
    const kept = Number(localStorage.getItem(PACE_KEY));
    return PACES.find((pace) => pace === kept) ?? 5;
  } catch {
    return 5;
  }
}
