/** Albums that photos were put into last on this device, which are likely to be wanted again. */
import type { Counted } from '../backend/types';

const KEY = 'kinfolio.albums.recent';
const KEPT_MAX = 8;

export class RecentAlbums {
  /** The last one first. */
  private list = $state.raw<readonly string[]>(kept());

  add(names: readonly string[]): void {
    this.list = [...names, ...this.list.filter((name) => !names.includes(name))].slice(0, KEPT_MAX);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.list));
    } catch {
      // Without storage they last as long as the window.
    }
  }

  /** Up to so many of the albums that there are: the last ones first, then in their order. */
  first(albums: readonly Counted[], most: number): string[] {
    const names = albums.map(({ name }) => name);
    const last = this.list.filter((name) => names.includes(name));
    return [...last, ...names.filter((name) => !last.includes(name))].slice(0, most);
  }
}

function kept(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
