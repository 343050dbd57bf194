/**
 * Answers that are asked for one by one, where somebody sees what they are for: a few at a time, and kept until they
 * are stale.
 */
import { SvelteMap } from 'svelte/reactivity';

const ASKING_MAX = 4;

export interface Answer<T> {
  value: T;
  /** Something changed since; it is shown until there is a newer one. */
  stale: boolean;
}

export class Asked<T> {
  private readonly ask: (key: string) => Promise<T>;
  private readonly trouble: (error: unknown) => void;
  private readonly known = new SvelteMap<string, Answer<T>>();
  /** Asked for and not begun, in turn. */
  private readonly waiting = new Set<string>();
  private readonly asking = new Set<string>();
  /** Asked for before something changed: their answers are stale as they come. */
  private readonly outdated = new Set<string>();

  constructor(ask: (key: string) => Promise<T>, trouble: (error: unknown) => void) {
    this.ask = ask;
    this.trouble = trouble;
  }

  at(key: string): Answer<T> | null {
    return this.known.get(key) ?? null;
  }

  want(key: string): void {
    const known = this.known.get(key);
    if ((known && !known.stale) || this.asking.has(key)) return;
    this.waiting.add(key);
    this.pump();
  }

  /** It is not seen any more. */
  forgo(key: string): void {
    this.waiting.delete(key);
  }

  /** The answer may be another one by now. */
  touch(key: string): void {
    if (this.asking.has(key)) this.outdated.add(key);
    const known = this.known.get(key);
    if (known && !known.stale) this.known.set(key, { ...known, stale: true });
  }

  /** All of those of which this is true, and those that are on their way. */
  touchWhere(concerned: (value: T, key: string) => boolean): void {
    for (const key of this.asking) this.outdated.add(key);
    for (const [key, { value }] of this.known) if (concerned(value, key)) this.touch(key);
  }

  private pump(): void {
    for (const key of this.waiting) {
      if (this.asking.size >= ASKING_MAX) return;
      this.waiting.delete(key);
      this.asking.add(key);
      void this.answer(key);
    }
  }

  private async answer(key: string): Promise<void> {
    try {
      const value = await this.ask(key);
      // Whoever sees a stale answer asks at once, so nothing is under way any more by then.
      this.asking.delete(key);
      this.known.set(key, { value, stale: this.outdated.delete(key) });
    } catch (error) {
      this.asking.delete(key);
      this.outdated.delete(key);
      this.trouble(error);
    }
    this.pump();
  }
}
