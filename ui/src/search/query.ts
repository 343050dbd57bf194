/** Reading a query for display: where it went wrong. Pure. */
import { tokenise } from './tokens';

/** A query in three parts, the middle one wrong; the middle is never empty, so that there is something to underline. */
export interface Marked {
  before: string;
  wrong: string;
  after: string;
}

/** Marks what stands at character `at` (as the backend counts: Unicode scalar values), to its end. */
export function markWrong(query: string, at: number): Marked {
  const start = offsetOf(query, at);
  const token = tokenise(query).find((one) => one.at <= start && start < one.at + one.text.length);
  const end = token && token.kind !== 'space' ? token.at + token.text.length : start;
  const wrong = query.slice(start, end);
  return {
    before: query.slice(0, start),
    wrong: wrong === '' ? '\u00a0' : wrong,
    after: query.slice(end),
  };
}

/** Which of the chips that a query begins with holds character `at`; -1 where it is in the text behind them. */
export function chipAt(chips: readonly string[], query: string, at: number): number {
  const offset = offsetOf(query, at);
  let end = 0;
  for (const [index, chip] of chips.entries()) {
    end += chip.length + (index === 0 ? 0 : 1);
    if (offset < end || (offset === end && end === query.length)) return index;
  }
  return -1;
}

function offsetOf(query: string, at: number): number {
  return [...query].slice(0, Math.max(0, at)).join('').length;
}
