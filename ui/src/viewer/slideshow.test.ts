import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Row } from '../backend/types';
import { SlideshowState, type Walk } from './slideshow.svelte';

function row(id: string, kind: Row['kind'] = 'photo'): Row {
  const taken_at = '2024-06-01T12:00:00-00:00';
  return { id, kind, taken_at, thumbhash: '', favorite: false, rating: 0, state: 'committed', ratio: 1.5 };
}

function walk(rows: readonly Row[]): Walk {
  const at = (id: string) => rows.findIndex((one) => one.id === id);
  return {
    neighbour: (id, step) => Promise.resolve(rows[at(id) + step] ?? null),
    outermost: (step) => Promise.resolve((step === -1 ? rows[0] : rows.at(-1)) ?? null),
  };
}

describe('a slideshow', () => {
  const rows = [row('a'), row('letter', 'file'), row('b'), row('clip', 'video')];
  let show: SlideshowState;

  beforeEach(() => {
    localStorage.clear();
    vi.useFakeTimers();
  });

  afterEach(() => {
    show.stop();
    vi.useRealTimers();
  });

  async function begin(first = rows[0] as Row, ended: () => void = () => undefined, among = rows) {
    show = new SlideshowState(first, walk(among), ended);
    show.start();
    await vi.advanceTimersByTimeAsync(0);
  }

  /** Lets what is shown appear on the screen, and so much time pass. */
  async function pass(ms: number) {
    show.onShown(show.row.id);
    await vi.advanceTimersByTimeAsync(ms);
  }

  it('shows each photo for its time from when it is on the screen, and passes over files', async () => {
    await begin();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(show.row.id).toBe('a');
    await pass(4999);
    expect(show.row.id).toBe('a');
    await pass(5000);
    expect(show.row.id).toBe('b');
  });

  it('knows the next one ahead, for its picture to be fetched', async () => {
    await begin();
    expect(show.next?.id).toBe('b');
    await show.step(1);
    await vi.advanceTimersByTimeAsync(0);
    expect([show.row.id, show.next?.id]).toEqual(['b', 'clip']);
  });

  it('begins again after the last one, and the other way round', async () => {
    await begin(rows[3]);
    await show.step(1);
    expect(show.row.id).toBe('a');
    await vi.advanceTimersByTimeAsync(0);
    await show.step(-1);
    expect(show.row.id).toBe('clip');
  });

  it('begins with the first thing there is to see', async () => {
    await begin(rows[1]);
    expect(show.row.id).toBe('b');
  });

  it('waits while it is paused, and steps all the same', async () => {
    await begin();
    show.toggle();
    await pass(60_000);
    expect(show.row.id).toBe('a');
    await show.step(1);
    await pass(60_000);
    expect(show.row.id).toBe('b');
    show.toggle();
    await vi.advanceTimersByTimeAsync(5000);
    expect(show.row.id).toBe('clip');
  });

  it('lets a video play to its end', async () => {
    await begin(rows[3]);
    show.onShown('clip');
    show.onPlay('clip');
    await vi.advanceTimersByTimeAsync(300_000);
    expect(show.row.id).toBe('clip');
    show.onPlayed('clip');
    await vi.advanceTimersByTimeAsync(0);
    expect(show.row.id).toBe('a');
  });

  it('does not wait for a video that never begins', async () => {
    await begin(rows[3]);
    await pass(5000);
    expect(show.row.id).toBe('a');
  });

  it('remembers the pace', async () => {
    await begin();
    expect(show.pace).toBe(5);
    show.setPace(3);
    await pass(3000);
    expect(show.row.id).toBe('b');
    show.stop();
    await begin();
    expect(show.pace).toBe(3);
  });

  it('hides its controls after stillness', async () => {
    await begin();
    await vi.advanceTimersByTimeAsync(1999);
    expect(show.still).toBe(false);
    show.stir();
    await vi.advanceTimersByTimeAsync(1999);
    expect(show.still).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(show.still).toBe(true);
    show.stir();
    expect(show.still).toBe(false);
  });

  it('stays with a photo that is the only one', async () => {
    await begin(rows[0], undefined, [rows[0] as Row, rows[1] as Row]);
    await pass(5000);
    expect(show.row.id).toBe('a');
    expect(vi.getTimerCount()).toBeGreaterThan(0);
  });

  it('does nothing more once it is stopped', async () => {
    const ended = vi.fn();
    await begin(rows[0], ended);
    show.onShown('a');
    show.end();
    expect(ended).toHaveBeenCalledOnce();
    show.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([show.row.id, vi.getTimerCount()]).toEqual(['a', 0]);
  });
});
