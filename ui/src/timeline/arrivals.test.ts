import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../backend/memory';
import type { Month, Row, Timeline } from '../backend/types';
import { TimelineState } from './timeline.svelte';

const MONTH = '2024-05';

/** A library of one month whose answers, once given, stay on their way until they are let through. */
class Slow extends MemoryBackend {
  held = 0;
  holdRows = false;
  holdCounts = false;
  private readonly rows: readonly Row[];
  private readonly waiting: (() => void)[] = [];

  constructor(rows: readonly Row[]) {
    super({ photos: 0 });
    this.rows = rows;
  }

  /** The last to be asked for comes first. */
  release(): void {
    this.holdRows = false;
    this.holdCounts = false;
    for (const go of this.waiting.splice(0).toReversed()) go();
  }

  override async timeline(): Promise<Timeline> {
    const { held } = this;
    await this.way(this.holdCounts);
    return { total: held, height: 0, months: [{ month: MONTH, count: held }] };
  }

  override async month(): Promise<Month> {
    const rows = this.rows.slice(0, this.held);
    await this.way(this.holdRows);
    return { month: MONTH, height: 0, rows };
  }

  private way(held: boolean): Promise<void> {
    return held ? new Promise((go) => this.waiting.push(go)) : Promise.resolve();
  }
}

async function sample(): Promise<readonly Row[]> {
  const library = new MemoryBackend({ photos: 12 });
  const { months } = await library.timeline();
  const of = await Promise.all(months.map(({ month }) => library.month(month, 0, 100)));
  return of
    .flatMap(({ rows }) => rows)
    .map((row, index) => ({ ...row, taken_at: `${MONTH}-11T10:${10 + index}:00` }));
}

const turn = () => new Promise((done) => setTimeout(done, 5));

async function open(): Promise<{ library: Slow; timeline: TimelineState; shown: () => number }> {
  const library = new Slow(await sample());
  const timeline = new TimelineState(library, (error) => {
    throw error;
  });
  timeline.grid.resize(1200, 800);
  const shown = () => timeline.grid.drawn.reduce((sum, section) => sum + section.tiles.length, 0);
  return { library, timeline, shown };
}

describe('photos that arrive while the page asks', () => {
  it('are shown although the rows on their way are from before', async () => {
    const { library, timeline, shown } = await open();
    library.held = 1;
    library.holdRows = true;
    await timeline.load();
    await turn();
    library.held = 6;
    await timeline.load();
    library.release();
    await turn();
    expect(shown()).toBe(6);
  });

  it('are shown although the counts on their way are from before', async () => {
    const { library, timeline, shown } = await open();
    library.held = 1;
    library.holdCounts = true;
    const first = timeline.load();
    library.held = 6;
    const second = timeline.load();
    await turn();
    library.release();
    await Promise.all([first, second]);
    await turn();
    expect(timeline.total).toBe(6);
    expect(shown()).toBe(6);
  });
});
