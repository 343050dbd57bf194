/**
 * Which tiles and day headings are whole, and which stand as sketches for now: pure. A tile with its picture, name and
 * buttons takes a hundred times what a coloured box does, so that only some are made a frame, those on the screen
 * first, and none while the grid flies past: whatever comes into sight at once, no frame is long.
 */
import type { DrawnSection } from './section';

/** Tiles and headings that are made whole in one frame. Tests of components let all be made at once. */
export const pace = { perFrame: 4 };

export interface Building {
  whole: ReadonlySet<string>;
  /** Some are sketches still. */
  unfinished: boolean;
}

/** What is seen, in pixels of the scrolled element; how many more may be made whole; which one must be, if it is there. */
export interface Wish {
  top: number;
  bottom: number;
  more: number;
  focused: string | null;
}

/** The name of a day's heading among the ids of tiles. */
export function headingOf(section: string, day: { day: string; first: number }): string {
  return `${section} ${day.day} ${day.first}`;
}

export function build(before: ReadonlySet<string>, sections: readonly DrawnSection[], wish: Wish): Building {
  const kept: string[] = [];
  const seen: string[] = [];
  const ahead: string[] = [];
  const look = (id: string, top: number, bottom: number) => {
    if (before.has(id) || id === wish.focused) kept.push(id);
    else if (bottom > wish.top && top < wish.bottom) seen.push(id);
    else ahead.push(id);
  };
  for (const { key, top, tiles, days } of sections) {
    for (const day of days) look(headingOf(key, day), top + day.top, top + day.top);
    for (const { row, box } of tiles) look(row.id, top + box.top, top + box.top + box.height);
  }
  const made = [...seen, ...ahead].slice(0, wish.more);
  const unfinished = made.length < seen.length + ahead.length;
  const same = made.length === 0 && kept.length === before.size && kept.every((id) => before.has(id));
  return { whole: same ? before : new Set([...kept, ...made]), unfinished };
}
