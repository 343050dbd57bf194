/** The search as you type: what stands in the box, and what that finds. */
import { BackendError, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent } from '../backend/types';
import { Found } from './found.svelte';
import { markWrong, normalised, type Marked } from './query';

const DEBOUNCE_MS = 60;

export type SearchFault =
  { kind: 'query'; message: string; marked: Marked } | { kind: 'failed'; message: string };

export class SearchState {
  /** What stands in the box. */
  text = $state('');
  /** Counts the wishes to type here; the box follows them. */
  wished = $state(0);
  readonly found: Found;

  private debounce: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    // A wrong query is for the person who typed it.
    this.found = new Found(backend, (error) => {
      if (!isBadQuery(error)) trouble(error);
    });
  }

  /** True while results stand in the page's place. */
  get active(): boolean {
    return normalised(this.text) !== '';
  }

  get fault(): SearchFault | null {
    if (!this.found.fault) return null;
    const { error } = this.found.fault;
    if (!isBadQuery(error)) return { kind: 'failed', message: messageOf(error) };
    const marked = markWrong(normalised(this.text), error.at ?? 0);
    return { kind: 'query', message: error.message, marked };
  }

  type(text: string): void {
    this.text = text;
    clearTimeout(this.debounce);
    if (!this.active) this.clear();
    else this.debounce = setTimeout(() => void this.run(), DEBOUNCE_MS);
  }

  clear(): void {
    clearTimeout(this.debounce);
    this.text = '';
    this.found.clear();
  }

  /** Leads the keyboard to the box. */
  focus(): void {
    this.wished += 1;
  }

  onEvent(event: BackendEvent): void {
    this.found.onEvent(event);
  }

  run(): Promise<void> {
    return this.found.search(normalised(this.text));
  }
}

function isBadQuery(error: unknown): error is BackendError {
  return error instanceof BackendError && error.code === 'bad_query';
}
