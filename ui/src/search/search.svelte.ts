/** The search as you type: what stands in the box, as chips and as text, and what that finds. */
import { BackendError, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, Sort } from '../backend/types';
import { Found } from './found.svelte';
import { chipAt, markWrong, type Marked } from './query';
import { RecentSearches } from './recent.svelte';
import {
  begun,
  hasWords,
  isDivided,
  joined,
  normalised,
  sameThing,
  split,
  termOf,
  written,
  type Term,
} from './tokens';

const DEBOUNCE_MS = 60;
/** Whoever pauses so long over half a query is told what is missing. */
const UNFINISHED_MS = 1500;

export type SearchFault =
  { kind: 'query'; message: string; marked: Marked; chip: number } | { kind: 'failed'; message: string };

export class SearchState {
  /** The finished terms of the query, which stand before the text. */
  chips = $state.raw<readonly string[]>([]);
  /** What is being typed behind them. */
  typed = $state('');
  /** The order of results that match better and worse; without words, the newest come first. */
  order = $state<Sort>('newest');
  /** Counts the wishes to type here; the box follows them. */
  wished = $state(0);
  readonly found: Found;
  readonly recent = new RecentSearches();

  /** The query that was asked last, whatever came of it. */
  private asked = $state('');
  private debounce: ReturnType<typeof setTimeout> | undefined;

  private readonly note: (query: string) => void;

  /** `note` is told what is searched, and that nothing is any more. */
  constructor(backend: Backend, trouble: (error: unknown) => void, note: (query: string) => void) {
    this.note = note;
    // A wrong query is for the person who typed it.
    this.found = new Found(backend, (error) => {
      if (!isBadQuery(error)) trouble(error);
    });
  }

  /** The whole query. */
  get text(): string {
    return joined(this.chips, this.typed);
  }

  set text(query: string) {
    const { chips, typed } = split(query);
    this.chips = chips;
    this.typed = typed;
  }

  /** True while results stand in the page's place. */
  get active(): boolean {
    return normalised(this.text) !== '';
  }

  get fault(): SearchFault | null {
    if (!this.found.fault) return null;
    const { error } = this.found.fault;
    if (!isBadQuery(error)) return { kind: 'failed', message: messageOf(error) };
    const at = error.at ?? 0;
    const marked = markWrong(this.asked, at);
    const chip = this.asked === normalised(this.text) ? chipAt(this.chips, this.asked, at) : -1;
    return { kind: 'query', message: error.message, marked, chip };
  }

  /** Puts a whole query into the box, in place of what stands there. */
  type(query: string): void {
    this.text = query;
    this.follow();
  }

  /**
   * The text behind the chips has become this, with the caret there. Terms that are finished become chips; an `OR`
   * turns all of them back into text, for what is beside it belongs to one of its sides. Answers where the caret is.
   */
  edit(typed: string, caret: number): number {
    const parts = split(typed, caret);
    const undivided = !isDivided(typed, false);
    if (undivided) {
      this.chips = [...this.chips, ...parts.chips.filter((chip) => !this.chips.includes(chip))];
      this.typed = parts.typed;
    } else {
      this.typed = joined(this.chips, typed);
      this.chips = [];
    }
    if (begun(this.typed) === this.typed) this.follow();
    else this.foresee();
    return undivided ? parts.caret : caret + this.typed.length - typed.length;
  }

  /** Nothing more is typed for now: finished or not, what stands there is searched at once. */
  enter(): void {
    const { chips, typed } = split(this.typed);
    this.chips = [...this.chips, ...chips.filter((chip) => !this.chips.includes(chip))];
    this.typed = typed;
    this.remember();
    this.follow(0);
  }

  /** Adds a term beside everything that is there; the same thing with another sign gives way. */
  add(term: Term): void {
    const others = this.chips.filter((chip) => !isOf(chip, term));
    if (isDivided(this.typed)) this.typed = `(${this.typed.trim()})`;
    this.chips = [...others, written(term)];
    this.follow(0);
    this.remember();
  }

  /** What the query says of a thing: that photos must have it, that they must not, or nothing. */
  saysOf(term: Term): 'with' | 'without' | null {
    const chip = this.chips.find((one) => isOf(one, term));
    if (chip === undefined) return null;
    return termOf(chip)?.not ? 'without' : 'with';
  }

  forget(term: Term): void {
    this.chips = this.chips.filter((chip) => !isOf(chip, term));
    this.follow(0);
  }

  remove(index: number): void {
    this.chips = this.chips.filter((_, at) => at !== index);
    this.follow(0);
  }

  /** Turns a chip back into text, before the rest of it. Answers where the caret is, behind it. */
  open(index: number): number {
    const chip = this.chips[index];
    if (chip === undefined) return 0;
    this.chips = this.chips.filter((_, at) => at !== index);
    this.typed = joined([chip], this.typed);
    return chip.length;
  }

  clear(): void {
    this.leave();
    this.note('');
  }

  /** Lets go of the search, which stays where it was noted: whoever goes back finds it again. */
  leave(): void {
    clearTimeout(this.debounce);
    this.chips = [];
    this.typed = '';
    this.asked = '';
    this.found.clear();
  }

  /** Leads the keyboard to the box. */
  focus(): void {
    this.wished += 1;
  }

  /** Keeps the search among the recent ones, if it found something. */
  remember(): void {
    const query = normalised(this.text);
    const { answered, total } = this.found;
    if (query !== '' && !(answered === query && total === 0) && !this.found.fault) this.recent.add(query);
  }

  sort(by: Sort): void {
    this.order = by;
    void this.run();
  }

  onEvent(event: BackendEvent): void {
    this.found.onEvent(event);
  }

  run(): Promise<void> {
    return this.ask(normalised(this.text));
  }

  private ask(query: string): Promise<void> {
    clearTimeout(this.debounce);
    this.asked = query;
    this.note(query);
    this.found.sort = hasWords(this.asked) ? this.order : 'newest';
    return this.found.search(this.asked);
  }

  /** Searches what is finished of the query, until the rest is, or nobody goes on with it. */
  private foresee(): void {
    clearTimeout(this.debounce);
    const query = normalised(joined(this.chips, begun(this.typed)));
    this.debounce = setTimeout(() => {
      if (query !== this.found.answered || this.found.fault) void this.ask(query);
      this.debounce = setTimeout(() => void this.run(), UNFINISHED_MS);
    }, DEBOUNCE_MS);
  }

  private follow(delay = DEBOUNCE_MS): void {
    clearTimeout(this.debounce);
    if (!this.active) this.clear();
    else this.debounce = setTimeout(() => void this.run(), delay);
  }
}

function isOf(chip: string, term: Term): boolean {
  const known = termOf(chip);
  return known !== null && sameThing(known, term);
}

function isBadQuery(error: unknown): error is BackendError {
  return error instanceof BackendError && error.code === 'bad_query';
}
