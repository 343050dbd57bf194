import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import type { Row } from '../backend/types';
import { Root } from '../test-app';
import { GridState } from './grid.svelte';

const MONTH = '2024-06';

/** A month of forty photos around a burst of ten in its middle, newest first. */
function month(burst = 'b'): Row[] {
  return Array.from({ length: 50 }, (_, index) => {
    const within = index >= 20 && index < 30;
    return {
      id: index === 29 ? 'b' : `p${index}`,
      ...(within && burst !== '' ? { burst } : {}),
      favorite: false,
      kind: 'photo',
      rating: index === 24 ? 3 : 0,
      ratio: 1.5,
      state: 'committed',
      taken_at: `2024-06-${28 - Math.floor(index / 4)}T10:00:00Z`,
      thumbhash: '',
    };
  });
}

function grid(rows = month()): GridState {
  const state = new GridState({ dated: true, onWant: () => undefined, load: () => Promise.resolve() });
  state.resize(1200, 800);
  state.setSections([{ key: MONTH, count: rows.length, rows }]);
  return state;
}

describe('a burst in the grid', () => {
  const tile = (state: GridState, id: string) =>
    state.drawn[0]?.tiles.find((candidate) => candidate.row.id === id);
  /** From the top of the viewport. */
  const screenTop = (state: GridState, id: string) => (tile(state, id)?.box.top ?? NaN) - state.virtualTop;

  async function walked(state: GridState, walk: 'photo' | 'tile', step: -1 | 1 = 1): Promise<string[]> {
    const ids: string[] = [];
    let row = step === 1 ? month()[0] : month().at(-1);
    for (; row; row = (await state.neighbour(row.id, step, walk)) ?? undefined) ids.push(row.id);
    return ids;
  }

  it('is one tile while it is closed, and a photo of it is revealed by that', () => {
    const state = grid();
    state.focusOn('p27');
    expect(state.focused).toBe('p24');
    expect(tile(state, 'p24')?.stack).toMatchObject({ photos: { length: 10 }, open: false });
    expect(tile(state, 'p27')).toBeUndefined();
  });

  it('is walked through photo by photo in the viewer, and passed in one step by the arrow keys', async () => {
    const state = grid();
    const all = month().map((row) => row.id);
    expect(await walked(state, 'photo')).toEqual(all);
    expect(await walked(state, 'photo', -1)).toEqual(all.toReversed());
    const tiles = [...all.slice(0, 20), 'p24', ...all.slice(30)];
    expect(await walked(state, 'tile')).toEqual(tiles);
    expect(await walked(state, 'tile', -1)).toEqual(tiles.toReversed());
    state.toggleBurst('p24');
    expect(await walked(state, 'tile')).toEqual(all);
  });

  it('opens where it stood, and closes where it was closed', () => {
    const state = grid();
    state.focusOn('p24');
    state.jumpTo(state.virtualTop + 90);
    const top = screenTop(state, 'p24');
    expect(state.toggleBurst('p24')?.id).toBe('p20');
    expect(screenTop(state, 'p20')).toBeCloseTo(top, 3);
    const from = screenTop(state, 'p23');
    expect(state.toggleBurst('p23')?.id).toBe('p24');
    expect(screenTop(state, 'p24')).toBeCloseTo(from, 3);
    expect(state.toggleBurst('p3')).toBeNull();
  });

  it('stays open when its month is read again, and closes by itself when it dissolves', () => {
    const state = grid();
    state.focusOn('p24');
    state.toggleBurst('p24');
    const rows = month();
    state.setRows(
      MONTH,
      rows.toSpliced(29, 1).map((row) => (row.burst ? { ...row, burst: 'p28' } : row)),
    );
    expect(tile(state, 'p20')?.stack).toMatchObject({ id: 'p28', photos: { length: 9 }, open: true });
    state.setRows(MONTH, month(''));
    expect(tile(state, 'p20')?.stack).toBeNull();
    state.setRows(MONTH, rows);
    expect(tile(state, 'p24')?.stack).toMatchObject({ photos: { length: 10 }, open: false });
  });

  it('takes the keyboard along when it forms around the tile that has it', () => {
    const state = grid(month(''));
    state.focusOn('p26');
    state.setRows(MONTH, month());
    expect(state.focused).toBe('p24');
  });
});

describe('a burst on the page', () => {
  let app: App;
  let badge: HTMLElement;
  /** The burst's photos as the month lists them. */
  let photos: string[];

  beforeEach(async () => {
    const backend = new MemoryBackend({ photos: 60, bursts: true });
    app = new App(backend);
    render(Root, { app });
    await app.check();
    badge = (await screen.findAllByTestId('burst-badge'))[0] as HTMLElement;
    const { rows } = await backend.month(MONTH, 0, 2000);
    const { burst } = rows.find((row) => row.id === badge.dataset['burstOf']) ?? {};
    photos = rows.filter((row) => burst && row.burst === burst).map((row) => row.id);
  });

  afterEach(() => {
    app.stop();
    cleanup();
  });

  const shown = () => screen.getAllByTestId('photo-tile').map((tile) => tile.dataset['photoId'] ?? '');
  const tileOf = (id: string | undefined) =>
    document.querySelector<HTMLElement>(`[data-photo-id="${id}"]`) as HTMLElement;
  const cover = () => badge.dataset['burstOf'] ?? '';

  /** Without what has to be drawn to be judged. */
  async function faults(): Promise<string[]> {
    const drawn = ['color-contrast', 'label-content-name-mismatch'];
    const rules = Object.fromEntries(drawn.map((rule) => [rule, { enabled: false }]));
    const { violations } = await axe.run(document.body, { rules });
    return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
  }

  it('says what it is and how to open it, and is opened and closed by a key', async () => {
    const stack = tileOf(cover());
    expect(photos.length).toBeGreaterThanOrEqual(3);
    expect(stack.getAttribute('aria-label')).toContain(`A burst of ${photos.length} photos: S opens it`);
    expect(shown().filter((id) => photos.includes(id))).toEqual([cover()]);
    expect(badge.getAttribute('aria-expanded')).toBe('false');
    expect(await faults()).toEqual([]);
    app.timeline.grid.focused = cover();
    await fireEvent.keyDown(stack, { key: 's' });
    await waitFor(() => expect(document.activeElement).toBe(tileOf(photos[0])));
    await waitFor(() => expect(shown().filter((id) => photos.includes(id))).toEqual(photos));
    expect(await faults()).toEqual([]);
    await fireEvent.keyDown(tileOf(photos[0]), { key: 's' });
    await waitFor(() => expect(document.activeElement).toBe(tileOf(cover())));
    expect(shown().filter((id) => photos.includes(id))).toEqual([cover()]);
  });

  it('is opened and closed by its badge, which keeps the keyboard', async () => {
    badge.focus();
    await fireEvent.click(badge);
    const closing = () => document.querySelector(`[data-burst-of="${photos[0]}"]`);
    await waitFor(() => expect(document.activeElement).toBe(closing()));
    expect(closing()?.getAttribute('aria-expanded')).toBe('true');
    expect(screen.queryByTestId('viewer')).toBeNull();
    await fireEvent.click(closing() as HTMLElement);
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-expanded')).toBe('false'));
  });

  it('opens the viewer on its cover, shows all of its photos there, and has the keyboard afterwards', async () => {
    await fireEvent.click(tileOf(cover()));
    const viewer = await screen.findByTestId('viewer');
    expect(viewer.dataset['photoId']).toBe(cover());
    const seen = new Set([cover()]);
    const step = async (key: string, to: string) => {
      const beside = () => (key === 'ArrowLeft' ? app.viewer.previous : app.viewer.next);
      await waitFor(() => expect(beside()?.id).toBe(to));
      await fireEvent.keyDown(viewer, { key });
      expect(viewer.dataset['photoId']).toBe(to);
      seen.add(to);
    };
    const at = photos.indexOf(cover());
    for (const id of photos.slice(0, at).toReversed()) await step('ArrowLeft', id);
    for (const id of photos.slice(1)) await step('ArrowRight', id);
    expect(seen.size).toBe(photos.length);
    expect(viewer.dataset['photoId']).not.toBe(cover());
    await fireEvent.keyDown(viewer, { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(tileOf(cover())));
  });

  it('is not one among the results of a search', async () => {
    await fireEvent.input(screen.getByTestId('search-input'), { target: { value: 'dsc' } });
    await screen.findByTestId('results');
    await waitFor(() => expect(shown().length).toBeGreaterThan(5));
    expect(screen.queryByTestId('burst-badge')).toBeNull();
  });
});
