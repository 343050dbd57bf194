import { describe, expect, it, vi } from 'vitest';
import { MemoryBackend } from '../backend/memory';
import { pace } from './building';
import { TimelineState } from './timeline.svelte';

async function opened(photos: number): Promise<TimelineState> {
  const timeline = new TimelineState(new MemoryBackend({ photos }), (error) => {
    throw error;
  });
  timeline.grid.resize(1200, 800);
  await timeline.load();
  await settled(timeline);
  return timeline;
}

/** Until every section on the screen has its rows. */
async function settled(timeline: TimelineState): Promise<void> {
  for (let i = 0; i < 50 && !timeline.grid.drawn.every((section) => section.loaded); i += 1) {
    await new Promise((done) => setTimeout(done, 1));
  }
}

describe('the timeline over a million photos', () => {
  it('holds only what is near the viewport, wherever that is', async () => {
    const timeline = await opened(1_000_000);
    for (const part of [0, 0.21, 0.5, 0.83, 1]) {
      timeline.grid.jumpTo(part * timeline.grid.total);
      await settled(timeline);
      const tiles = timeline.grid.drawn.flatMap((section) => section.tiles);
      expect(tiles.length).toBeGreaterThan(10);
      expect(tiles.length).toBeLessThan(120);
      expect(timeline.grid.space).toBeLessThanOrEqual(4_000_000);
    }
  });

  it('reaches the oldest photo by its end', async () => {
    const timeline = await opened(1_000_000);
    timeline.grid.jumpTo(Infinity);
    await settled(timeline);
    const last = timeline.grid.drawn.at(-1);
    const part = timeline.parts.at(-1);
    expect(last?.key).toBe(part?.key);
    expect(last?.tiles.at(-1)?.box.index).toBe((part?.count ?? 0) - 1);
  });

  it('keeps the photo at the top where it is when months above it arrive', async () => {
    const timeline = await opened(20_000);
    timeline.grid.jumpTo(timeline.grid.total / 2);
    await settled(timeline);
    const at = () => {
      const section = timeline.grid.drawn.find((candidate) => candidate.tiles.length > 0);
      const tile = section?.tiles[3];
      return { id: tile?.row.id, section: section?.key, tile };
    };
    const before = at();
    const screenTop = () => {
      const section = timeline.grid.drawn.find((candidate) => candidate.key === before.section);
      const tile = section?.tiles.find((candidate) => candidate.row.id === before.id);
      return (section?.top ?? NaN) + (tile?.box.top ?? NaN);
    };
    const top = screenTop();
    const above = timeline.months.slice(0, 20).map((month) => month.month);
    for (const month of above) {
      const { rows } = await new MemoryBackend({ photos: 20_000 }).month(month, 0, 2000);
      timeline.grid.setRows(month, rows);
    }
    expect(screenTop()).toBeCloseTo(top, 3);
  });
});

describe('stepping', () => {
  it('leads through every photo of a library, across months not yet loaded, and back', async () => {
    const timeline = await opened(120);
    const first = timeline.grid.drawn[0]?.tiles[0]?.row;
    const forward: string[] = [];
    for (let row = first ?? null; row; row = await timeline.grid.neighbour(row.id, 1)) forward.push(row.id);
    expect(new Set(forward).size).toBe(120);
    const backward: string[] = [];
    for (let id = forward.at(-1) ?? null; id; id = (await timeline.grid.neighbour(id, -1))?.id ?? null)
      backward.push(id);
    expect(backward).toEqual(forward.toReversed());
  });
});

describe('a page that is left while its tiles are made', () => {
  it('goes on with them when somebody comes back', async () => {
    const usual = pace.perFrame;
    pace.perFrame = 1;
    try {
      const { grid } = await opened(120);
      const element = document.createElement('div');
      element.append(document.createElement('div'));
      const leave = grid.attach(element);
      grid.setFast(true);
      leave();
      const before = grid.whole.size;
      await new Promise((done) => setTimeout(done, 100));
      expect(grid.whole.size).toBe(before);
      const again = grid.attach(element);
      await vi.waitFor(() => {
        const tiles = grid.drawn.flatMap((section) => section.tiles);
        expect(tiles.filter(({ row }) => !grid.whole.has(row.id))).toEqual([]);
      }, 15_000);
      again();
    } finally {
      pace.perFrame = usual;
    }
  });
});
