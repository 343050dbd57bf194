/** Reading a query for display: where it went wrong, and how fast an answer was, in words. Pure. */

/** A query in three parts, the middle one wrong; the middle is never empty, so that there is something to underline. */
export interface Marked {
  before: string;
  wrong: string;
  after: string;
}

/** Marks the word at character `at` (as the backend counts: Unicode scalar values). */
export function markWrong(query: string, at: number): Marked {
  const characters = [...query];
  const start = Math.min(Math.max(0, at), characters.length);
  let end = start;
  while (end < characters.length && !/\s/.test(characters[end] ?? '')) end += 1;
  const wrong = characters.slice(start, end).join('');
  return {
    before: characters.slice(0, start).join(''),
    wrong: wrong === '' ? '\u00a0' : wrong,
    after: characters.slice(end).join(''),
  };
}

/** The same search written twice is one search. */
export function normalised(query: string): string {
  return query.trim().replace(/\s+/g, ' ');
}
