import { describe, expect, it } from 'vitest';
import { build, headingOf } from './building';
import type { DrawnSection } from './section';

/** A column of tiles, 100 px high each, below a day's heading. */
function column(ids: string): DrawnSection[] {
  const day = { day: '2024-05-11', first: 0, count: ids.length, left: 0, top: 0, width: 100 };
  const tiles = [...ids].map((id, index) => ({
    row: {
      id,
      kind: 'photo',
      taken_at: '',
      thumbhash: '',
      ratio: 1,
      favorite: false,
      rating: 0,
      state: 'committed',
    },
    stack: null,
    box: { index, left: 0, top: index * 100, width: 100, height: 100 },
  }));
  const section = { key: 'm', heading: null, count: ids.length, top: 0, height: 0, loaded: true };
  return [{ ...section, days: [day], tiles: tiles as unknown as DrawnSection['tiles'] }];
}

const wish = { top: 200, bottom: 400, more: 3, focused: null };
const heading = headingOf('m', { day: '2024-05-11', first: 0 });

describe('what is made whole', () => {
  it('is on the screen first, so many a frame, and all in the end', () => {
    let building = build(new Set(), column('abcdefgh'), wish);
    expect([...building.whole]).toEqual(['c', 'd', heading]);
    for (let frame = 0; building.unfinished && frame < 9; frame += 1)
      building = build(building.whole, column('abcdefgh'), wish);
    expect(building.whole).toEqual(new Set([...'abcdefgh', heading]));
    expect(build(building.whole, column('abcdefgh'), wish).whole).toBe(building.whole);
  });

  it('stays so while it is drawn, and no longer', () => {
    const { whole } = build(new Set(['a', 'b', 'x']), column('abc'), { ...wish, more: 0 });
    expect([...whole]).toEqual(['a', 'b']);
  });

  it('is what has the keyboard, whatever the frame has made', () => {
    const { whole, unfinished } = build(new Set(), column('abc'), { ...wish, more: 0, focused: 'b' });
    expect([...whole]).toEqual(['b']);
    expect(unfinished).toBe(true);
  });
});
