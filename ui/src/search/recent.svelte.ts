/** The last searches of this device, which nobody else gets to see. */

const KEY = 'kinfolio.search.recent';
const KEPT_MAX = 8;
/** A query that is longer than this is somebody's pasted text. */
const CHARS_MAX = 300;

export class RecentSearches {
  /** The last one first. */
  list = $state.raw<readonly string[]>(kept());

  add(query: string): void {
    const text = query.trim();
    if (text === '' || text.length > CHARS_MAX || this.list[0] === text) return;
    // What one search grew out of a moment ago is part of it.
    const others = this.list.filter((other, at) => other !== text && !(at === 0 && text.startsWith(other)));
    this.keep([text, ...others].slice(0, KEPT_MAX));
  }

  forget(query: string): void {
    this.keep(this.list.filter((other) => other !== query));
  }

  private keep(list: readonly string[]): void {
    this.list = list;
    try {
      localStorage.setItem(KEY, JSON.stringify(list));
    } catch {
      // Without storage they last as long as the window.
    }
  }
}

function kept(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(list)) return [];
    return list.filter((query): query is string => typeof query === 'string').slice(0, KEPT_MAX);
  } catch {
    return [];
  }
}
