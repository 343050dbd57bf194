/**
 * A query taken apart and put together again, without a character lost: what stands in the box as chips, and what is
 * text. Knows the grammar's surface only; whether a value makes sense is for the library to say. Pure.
 */
import { fieldOf, isBeginning, ownFieldOf } from './language';

export type TokenKind = 'space' | 'word' | 'quoted' | 'term' | 'or' | 'minus' | 'open' | 'close';

export interface Token {
  kind: TokenKind;
  text: string;
  /** Where it begins in the query. */
  at: number;
  /** False where something is missing: a value, a closing quotation mark. */
  whole: boolean;
}

/** A `field:value`, perhaps left out by a minus, with the value as it is meant. */
export interface Term {
  not: boolean;
  field: string;
  value: string;
}

/** What stands in the box: finished terms, and the text behind them with the caret in it. */
export interface Parts {
  chips: string[];
  typed: string;
  caret: number;
}

/** White space as the library has it, which differs from a regular expression's by two characters. */
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const QUOTE = /["“”„]/;
const OR = /^OR(?![^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000()"“”„])/;

/** Every character of the query, in order. */
export function tokenise(query: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length;) {
    const token = next(query, at, tokens.at(-1)?.kind);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

/**
 * Terms that stand side by side with everything else become chips, which may change places without a change of what
 * is meant; what is inside parentheses or beside an `OR` stays text. With a `caret`, somebody is typing: a term is
 * finished once a space stands behind it and the caret elsewhere.
 */
export function split(query: string, caret: number | null = null): Parts {
  const tokens = tokenise(query);
  const unchanged = { chips: [], typed: query, caret: caret ?? query.length };
  if (divides(tokens, caret === null)) return unchanged;
  const chips: string[] = [];
  let typed = '';
  let before = 0;
  let depth = 0;
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] as Token;
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
    const term = depth <= 0 ? finished(tokens, i, caret) : 0;
    if (term > 0) {
      chips.push(textOf(tokens.slice(i, i + term)));
      // The space behind goes along; the one before says that a word is not the beginning of one.
      i += term;
    } else {
      typed += token.text;
      before += Math.min(token.text.length, Math.max(0, (caret ?? query.length) - token.at));
    }
  }
  if (chips.length === 0) return unchanged;
  const trimmed = trimStart(typed);
  return { chips, typed: trimmed, caret: Math.max(0, before - (typed.length - trimmed.length)) };
}

/** The query of a box: chips and text side by side. */
export function joined(chips: readonly string[], typed: string): string {
  const text = trimStart(typed);
  return [...chips, ...(text === '' ? [] : [text])].join(' ');
}

/** The same search written twice is one search: white space counts for nothing, but where it ends the last word. */
export function normalised(query: string): string {
  const tokens = tokenise(query);
  const last = tokens.at(-1);
  const word = tokens.at(-2)?.kind === 'word';
  if (tokens[0]?.kind === 'space') tokens.shift();
  if (last?.kind === 'space' && !word) tokens.pop();
  return tokens.map(({ kind, text }) => (kind === 'space' ? ' ' : text)).join('');
}

/**
 * Whether an `OR` divides the query as a whole, so that nothing can be said beside it without parentheses. While
 * somebody types, one at the end may become a word yet.
 */
export function isDivided(query: string, ended = true): boolean {
  return divides(tokenise(query), ended);
}

/**
 * The query without what has only been begun at its end, a field without a value or with the beginning of one or a
 * quotation, and with its parentheses closed: what can be searched while somebody types on.
 */
export function begun(query: string): string {
  const tokens = tokenise(query);
  // A space behind a value ends it.
  let kept = tokens.length - (hasBeginning(tokens.at(-1)) ? 1 : 0);
  while (kept > 0 && isBegun(tokens, kept - 1)) kept -= 1;
  const rest = tokens.slice(0, kept);
  const open = rest.filter(({ kind }) => kind === 'open').length;
  const closed = rest.filter(({ kind }) => kind === 'close').length;
  if (kept === tokens.length && open <= closed) return query;
  return textOf(rest) + ')'.repeat(Math.max(0, open - closed));
}

/** Whether the query looks for words at all, and one photo can match better than another. */
export function hasWords(query: string): boolean {
  return tokenise(query).some(({ kind }) => kind === 'word' || kind === 'quoted');
}

/** The words outside of parentheses, each with the query that is left without it. */
export function words(query: string): { text: string; rest: string }[] {
  const tokens = tokenise(query);
  if (divides(tokens, true)) return [];
  const found: { text: string; rest: string }[] = [];
  let depth = 0;
  tokens.forEach((token, i) => {
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
    if (depth > 0 || (token.kind !== 'word' && token.kind !== 'quoted')) return;
    let from = i;
    while (tokens[from - 1]?.kind === 'minus') from -= 1;
    const rest = textOf(tokens.slice(0, from)) + textOf(tokens.slice(i + 1));
    found.push({ text: textOf(tokens.slice(from, i + 1)), rest: normalised(rest) });
  });
  return found;
}

/** Reads a term; null where the text is anything else, or more than one. */
export function termOf(text: string): Term | null {
  const tokens = tokenise(text);
  const not = tokens[0]?.kind === 'minus';
  const term = tokens[not ? 1 : 0];
  if (term?.kind !== 'term' || !term.whole || tokens.length > (not ? 2 : 1)) return null;
  const colon = term.text.indexOf(':');
  const value = term.text.slice(colon + 1);
  const meant = QUOTE.test(value.charAt(0)) ? value.slice(1, -1).replace(/\\([\\"“”„])/g, '$1') : value;
  return { not, field: term.text.slice(0, colon).toLowerCase(), value: meant };
}

/** Fields in which a value without quotation marks may be the beginning of one. */
const OPEN_ENDED = new Set(['person', 'place', 'camera', 'lens', 'folder']);

/** Writes a term that means exactly this value. */
export function written({ not, field, value }: Term): string {
  const bare = value !== '' && !/["“”„()\\]/.test(value) && !SPACE.test(value) && !OPEN_ENDED.has(field);
  const quoted = `"${value.replace(/["“”„\\]/g, '\\$&')}"`;
  return `${not ? '-' : ''}${field}:${bare ? value : quoted}`;
}

/** Whether two terms are of the same thing; one may want it and the other leave it out. */
export function sameThing(a: Term, b: Term): boolean {
  return a.field === b.field && a.value.toLowerCase() === b.value.toLowerCase();
}

function next(query: string, at: number, before: TokenKind | undefined): Token {
  const token = (kind: TokenKind, end: number, whole = true): Token => {
    return { kind, at, text: query.slice(at, end), whole };
  };
  const until = (from: number, stops: (character: string) => boolean) => {
    let end = from;
    while (end < query.length && !stops(query.charAt(end))) end += 1;
    return end;
  };
  const first = query.charAt(at);
  if (SPACE.test(first))
    return token(
      'space',
      until(at, (c) => !SPACE.test(c)),
    );
  if (first === '(') return token('open', at + 1);
  if (first === ')') return token('close', at + 1);
  if (first === '-') return token('minus', at + 1);
  if (QUOTE.test(first)) return token('quoted', ...quotedEnd(query, at));
  if (before !== 'minus' && OR.test(query.slice(at, at + 3))) return token('or', at + 2);
  const ends = (c: string) => SPACE.test(c) || c === '(' || c === ')' || QUOTE.test(c);
  const colon = until(at, (c) => c === ':' || ends(c));
  if (query.charAt(colon) !== ':') return token('word', colon);
  const value = colon + 1;
  if (QUOTE.test(query.charAt(value))) return token('term', ...quotedEnd(query, value));
  const end = until(value, ends);
  return token('term', end, end > value && !/[("“”„]/.test(query.charAt(end)));
}

/** Where a quotation that begins at `from` is over, and whether it was closed. */
function quotedEnd(query: string, from: number): [number, boolean] {
  for (let at = from + 1; at < query.length; at += 1) {
    const c = query.charAt(at);
    if (QUOTE.test(c)) return [at + 1, true];
    if (c === '\\' && /[\\"“”„]/.test(query.charAt(at + 1))) at += 1;
  }
  return [query.length, false];
}

/** Whether a token needs something behind it that is not there yet, with nothing but space behind. */
function isBegun(tokens: readonly Token[], i: number): boolean {
  const { kind, text, whole } = tokens[i] as Token;
  if (kind === 'space') return i > 0 && tokens[i - 1]?.kind !== 'word' && isBegun(tokens, i - 1);
  if (kind === 'minus' || kind === 'or' || kind === 'open') return true;
  return !whole && (kind === 'quoted' || text.endsWith(':') || /:["“”„]/.test(text));
}

function hasBeginning(token: Token | undefined): boolean {
  if (token?.kind !== 'term') return false;
  const colon = token.text.indexOf(':');
  return isBeginning(token.text.slice(0, colon), token.text.slice(colon + 1));
}

/** How many tokens from `i` on are a term that can be a chip: one, two with its minus, or none. */
function finished(tokens: readonly Token[], i: number, caret: number | null): number {
  if (tokens[i - 1]?.kind === 'minus') return 0;
  const length = tokens[i]?.kind === 'minus' ? 2 : 1;
  const term = tokens[i + length - 1];
  if (term?.kind !== 'term' || !term.whole) return 0;
  const name = term.text.slice(0, term.text.indexOf(':'));
  if (!fieldOf(name) && ownFieldOf(name) === null) return 0;
  const after = tokens[i + length];
  if (caret === null) return after === undefined || after.kind === 'space' ? length : 0;
  const touched = caret >= (tokens[i]?.at ?? 0) && caret <= term.at + term.text.length;
  return after?.kind === 'space' && !touched ? length : 0;
}

function divides(tokens: readonly Token[], ended: boolean): boolean {
  let depth = 0;
  return tokens.some(({ kind }, i) => {
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    return kind === 'or' && depth <= 0 && (ended || i < tokens.length - 1);
  });
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join('');
}

function trimStart(text: string): string {
  let from = 0;
  while (from < text.length && SPACE.test(text.charAt(from))) from += 1;
  return text.slice(from);
}
