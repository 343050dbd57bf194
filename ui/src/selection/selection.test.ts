import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import type { Row } from '../backend/types';
import { Root } from '../test-app';
import { GridState } from '../timeline/grid.svelte';
import { heldBy } from './held';
import { SelectionState } from './selection.svelte';
import { Vanished } from './vanished';

const MONTH = '2024-06';

function row(number: number): Row {
  return {
    id: `p${number}`,
    taken_at: `${MONTH}-${String(28 - Math.floor(number / 10)).padStart(2, '0')}T12:00:00-00:00`,
    kind: 'photo',
    thumbhash: '',
    favorite: false,
    rating: 0,
    state: 'committed',
    ratio: 1.5,
  };
}

/** A grid of one month with so many photos, ten a day. */
function gridOf(count: number): { grid: GridState; rows: Row[]; selection: SelectionState } {
  const grid = new GridState({ dated: true, onWant: () => undefined, load: () => Promise.resolve() });
  const rows = Array.from({ length: count }, (_, number) => row(number));
  grid.resize(1200, 800);
  grid.setSections([{ key: MONTH, count, rows }]);
  return { grid, rows, selection: new SelectionState() };
}

const selected = (selection: SelectionState, rows: readonly Row[]) =>
  rows.filter(({ id }) => selection.has(id)).map(({ id }) => id);

describe('a selection', () => {
  it('is toggled one by one', () => {
    const { grid, rows, selection } = gridOf(30);
    selection.toggle(grid, rows.slice(3, 4));
    selection.toggle(grid, rows.slice(5, 6));
    expect(selected(selection, rows)).toEqual(['p3', 'p5']);
    selection.toggle(grid, rows.slice(3, 4));
    expect(selected(selection, rows)).toEqual(['p5']);
    expect(selection.which()).toEqual({ ids: ['p5'] });
  });

  it('takes a day, and gives it back', () => {
    const { grid, rows, selection } = gridOf(30);
    const day = grid.photosOn(MONTH, `${MONTH}-27`);
    expect(day.map(({ id }) => id)).toEqual(rows.slice(10, 20).map(({ id }) => id));
    selection.toggle(grid, rows.slice(12, 13));
    selection.toggle(grid, day);
    expect(selection.count).toBe(10);
    selection.toggle(grid, day);
    expect(selection.count).toBe(0);
  });

  it('reaches from the last one to another, both ways, and shows so before', async () => {
    const { grid, rows, selection } = gridOf(30);
    selection.toggle(grid, rows.slice(20, 21));
    await selection.previewTo(grid, rows[16] as Row);
    expect([...selection.preview].sort()).toEqual(['p16', 'p17', 'p18', 'p19', 'p20']);
    expect(selection.count).toBe(1);
    await selection.extend(grid, rows[16] as Row);
    expect(selection.count).toBe(5);
    expect(selection.preview.size).toBe(0);
    await selection.extend(grid, rows[18] as Row);
    expect(selection.count).toBe(5);
  });

  it('is of everything but for a few', () => {
    const { grid, rows, selection } = gridOf(30);
    selection.selectAll(grid, 'tag:x', 900);
    expect(selection.count).toBe(900);
    expect(selection.which()).toEqual({ query: 'tag:x' });
    selection.toggle(grid, rows.slice(0, 2));
    expect(selection.count).toBe(898);
    expect(selection.has('p0')).toBe(false);
    expect(selection.which()).toEqual({ query: 'tag:x', except: ['p0', 'p1'] });
    selection.toggle(grid, rows.slice(0, 1));
    expect(selection.which()).toEqual({ query: 'tag:x', except: ['p1'] });
  });

  it('begins anew in another grid', () => {
    const { grid, rows, selection } = gridOf(10);
    const other = gridOf(10).grid;
    selection.toggle(grid, rows.slice(0, 3));
    selection.toggle(other, rows.slice(5, 6));
    expect(selected(selection, rows)).toEqual(['p5']);
  });

  it('is what a rectangle touches, and what was selected before', () => {
    const { grid, rows, selection } = gridOf(30);
    selection.toggle(grid, rows.slice(29, 30));
    const before = selection.drawn(grid);
    const touched = grid.touching({ left: 0, right: 400, top: 0, bottom: 200 });
    expect(touched.length).toBeGreaterThan(0);
    expect(touched.length).toBeLessThan(5);
    selection.draw(grid, before, touched);
    expect(selection.count).toBe(touched.length + 1);
    selection.draw(grid, before, []);
    expect(selected(selection, rows)).toEqual(['p29']);
  });
});

describe('the labels that photos have', () => {
  const library = async () => {
    const backend = new MemoryBackend({ photos: 60 });
    const ids = (await backend.search('', { limit: 3 })).photos.map(({ id }) => id);
    for (const id of ids) await backend.edit(id, { remove_tags: (await backend.photo(id)).tags });
    await backend.editMany({ ids }, { add_tags: ['all'] });
    await backend.edit(ids[0] ?? '', { add_tags: ['one'] });
    return { backend, ids };
  };

  it('are told by the records of a few', async () => {
    const { backend, ids } = await library();
    const subject = { which: { ids }, count: 3, row: null };
    const labels = [
      { name: 'all', count: 3 },
      { name: 'one', count: 1 },
    ];
    expect(await heldBy(backend, 'tags', subject)).toEqual({ labels, whole: true });
  });

  it('are told by the facets of a query, less those of the excepted', async () => {
    const { backend, ids } = await library();
    const which = { query: 'tag:all', except: ids.slice(0, 1) };
    const held = await heldBy(backend, 'tags', { which, count: 2, row: null });
    expect(held).toEqual({ labels: [{ name: 'all', count: 2 }], whole: false });
  });

  it('are unknown of many that were selected one by one', async () => {
    const { backend } = await library();
    const ids = (await backend.search('', { limit: 60 })).photos.map(({ id }) => id);
    const subject = { which: { ids }, count: ids.length, row: null };
    expect(await heldBy(backend, 'tags', subject)).toEqual({ labels: [], whole: false });
  });
});

let app: App | undefined;

async function open(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 60, ...options });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await screen.findAllByTestId('photo-tile');
  return backend;
}

afterEach(() => {
  app?.stop();
  cleanup();
});

async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

const count = () => screen.getByTestId('bulk-count').dataset['count'];
const tile = (index: number) => screen.getAllByTestId('photo-tile')[index] as HTMLElement;

describe('the bar of what is selected', () => {
  it('stands in the header’s place, and Escape puts that back', async () => {
    await open();
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    expect(count()).toBe('1');
    expect(screen.queryByTestId('search-input')).toBeNull();
    expect(await faults()).toEqual([]);
    await fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(screen.queryByTestId('bulk-bar')).toBeNull();
    expect(screen.getByTestId('search-input')).toBeTruthy();
  });

  it('is filled by keys: one, its neighbours, all', async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: 'x' });
    expect(count()).toBe('1');
    await fireEvent.keyDown(document.body, { key: 'ArrowRight', shiftKey: true });
    await waitFor(() => expect(count()).toBe('2'));
    await fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
    expect(count()).toBe('60');
  });

  it('opens no photo by a click while there is a selection, and does by Enter', async () => {
    await open();
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    await fireEvent.click(tile(1), { detail: 1 });
    expect(count()).toBe('2');
    await fireEvent.click(tile(2), { detail: 0 });
    expect(await screen.findByTestId('viewer')).toBeTruthy();
  });

  it('tags all of them in one step, which one undo takes back', async () => {
    const backend = await open();
    await fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
    await fireEvent.keyDown(document.body, { key: 't' });
    const input = await screen.findByTestId('ask-input');
    await fireEvent.input(input, { target: { value: 'family' } });
    await fireEvent.keyDown(input, { key: 'Enter', ctrlKey: true });
    expect(screen.getByTestId('ask-chosen').textContent).toContain('family');
    expect(await faults()).toEqual([]);
    await fireEvent.input(input, { target: { value: 'zoo' } });
    await fireEvent.keyDown(input, { key: 'Enter' });
    expect(screen.queryByTestId('ask-tags')).toBeNull();
    const tagged = async () => (await backend.search('tag:zoo tag:family', { limit: 1 })).total;
    await waitFor(async () => expect(await tagged()).toBe(60));
    await fireEvent.click(await screen.findByTestId('notice-action'));
    await waitFor(async () => expect(await tagged()).toBe(0));
  });

  it('takes tags off them, and gives others, in one edit', async () => {
    const backend = await open();
    const ids = [0, 1].map((index) => tile(index).dataset['photoId'] ?? '');
    const tags = () => Promise.all(ids.map(async (id) => (await backend.photo(id)).tags.join()));
    for (const id of ids) await backend.edit(id, { remove_tags: (await backend.photo(id)).tags });
    await backend.editMany({ ids }, { add_tags: ['lake'] });
    await backend.edit(ids[1] ?? '', { add_tags: ['boat'] });
    for (const index of [0, 1])
      await fireEvent.click(screen.getAllByTestId('tile-tick')[index] as HTMLElement);
    await fireEvent.keyDown(document.body, { key: 't' });
    const held = await screen.findAllByTestId('ask-held');
    expect(held.map((chip) => chip.textContent.trim().replace(/\s+/g, ' '))).toEqual(['lake', 'boat 1 of 2']);
    await fireEvent.click(screen.getByRole('button', { name: 'Take the tag boat off' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Take the tag lake off' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Keep lake after all' }));
    expect(await faults()).toEqual([]);
    const input = screen.getByTestId('ask-input');
    await fireEvent.input(input, { target: { value: 'summer' } });
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(async () => expect(await tags()).toEqual(['lake,summer', 'lake,summer']));
    await fireEvent.click(await screen.findByTestId('notice-action'));
    await waitFor(async () => expect(await tags()).toEqual(['lake', 'boat,lake']));
  });

  it('takes a tag off all of many by its name', async () => {
    const backend = await open();
    await backend.editMany({ query: '' }, { add_tags: ['zoo'] });
    await fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
    await fireEvent.keyDown(document.body, { key: 't' });
    // What the facets tell of can be clicked, too.
    const [most] = await screen.findAllByTestId('ask-held');
    expect(most?.dataset['label']).toBe('zoo');
    const input = screen.getByTestId('ask-take');
    await fireEvent.focus(input);
    await fireEvent.input(input, { target: { value: 'zo' } });
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(async () => expect((await backend.search('tag:zoo', { limit: 1 })).total).toBe(0));
  });

  it('makes all of them favourites by a key, and by the same key again none', async () => {
    const backend = await open();
    const favorites = async () => (await backend.search('is:favorite', { limit: 1 })).total;
    const press = async () => {
      await fireEvent.keyDown(document.body, { key: 'f' });
      await waitFor(() => expect(app?.actions.changing).toBe(0));
    };
    expect(await favorites()).toBeLessThan(60);
    await fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
    await press();
    expect(await favorites()).toBe(60);
    // Whether the page has read it again, or not yet.
    await press();
    expect(await favorites()).toBe(0);
    await press();
    expect(await favorites()).toBe(60);
    await new Promise((wait) => setTimeout(wait, 1700));
    await press();
    expect(await favorites()).toBe(0);
  });

  it('makes favourites of all where some are, one by one', async () => {
    const backend = await open();
    const ids = [0, 1].map((index) => tile(index).dataset['photoId'] ?? '');
    const favorites = () =>
      Promise.all(ids.map(async (id) => (await backend.photo(id)).favorite)).then((all) => all.join());
    await backend.editMany({ ids: ids.slice(0, 1) }, { favorite: true });
    await backend.editMany({ ids: ids.slice(1) }, { favorite: false });
    for (const index of [0, 1])
      await fireEvent.click(screen.getAllByTestId('tile-tick')[index] as HTMLElement);
    await fireEvent.keyDown(document.body, { key: 'f' });
    await waitFor(async () => expect(await favorites()).toBe('true,true'));
    await new Promise((wait) => setTimeout(wait, 1700));
    await fireEvent.keyDown(document.body, { key: 'f' });
    await waitFor(async () => expect(await favorites()).toBe('false,false'));
  });

  it('puts them into the trash and off the page', async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: 'x' });
    await fireEvent.keyDown(document.body, { key: 'Delete' });
    await waitFor(() => expect(screen.getByTestId('photo-count').dataset['count']).toBe('59'));
    expect(screen.queryByTestId('bulk-bar')).toBeNull();
  });

  it('puts all of them into the trash, and shows where new ones could come from', async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
    await fireEvent.keyDown(document.body, { key: 'Delete' });
    expect(await screen.findByTestId('empty-library')).toBeTruthy();
  });

  it('are tagged with what was typed, by the button as by Enter', async () => {
    const backend = await open();
    const id = tile(0).dataset['photoId'] ?? '';
    await fireEvent.keyDown(document.body, { key: 'x' });
    await fireEvent.keyDown(document.body, { key: 't' });
    const go = await screen.findByTestId<HTMLButtonElement>('ask-go');
    expect(go.disabled).toBe(true);
    await fireEvent.input(screen.getByTestId('ask-input'), { target: { value: 'seaside' } });
    expect(go.disabled).toBe(false);
    await fireEvent.click(go);
    await waitFor(async () => expect((await backend.photo(id)).tags).toContain('seaside'));
  });

  it('says why nothing was changed, and keeps the selection', async () => {
    const backend = await open();
    backend.editFault = 'The disk is full.';
    await fireEvent.keyDown(document.body, { key: 'x' });
    await fireEvent.keyDown(document.body, { key: '5' });
    expect((await screen.findByTestId('notices')).textContent).toBeDefined();
    await waitFor(() => expect(screen.getByTestId('notices').textContent).toContain('The disk is full.'));
    expect(count()).toBe('1');
  });

  it('sets the date of one photo from what it says by now', async () => {
    const backend = await open();
    const id = tile(0).dataset['photoId'] ?? '';
    await fireEvent.click(tile(0), { detail: 1 });
    await screen.findByTestId('viewer');
    app?.actions.ask('date');
    const day = await screen.findByTestId('ask-day');
    expect((day as HTMLInputElement).value).toBe((await backend.photo(id)).taken_at.slice(0, 10));
    await fireEvent.input(day, { target: { value: '2011-02-03' } });
    await fireEvent.click(screen.getByTestId('ask-go'));
    await waitFor(async () => expect((await backend.photo(id)).taken_at).toMatch(/^2011-02-03T/));
  });
});

describe('selected photos that another device throws away', () => {
  const tick = (index: number) => fireEvent.click(screen.getAllByTestId('tile-tick')[index] as HTMLElement);

  it('are no longer selected, and that is said', async () => {
    const backend = await open();
    await tick(0);
    await tick(1);
    await tick(2);
    const [first, second] = [0, 1].map((index) => tile(index).dataset['photoId'] ?? '');
    await backend.editMany({ ids: [first ?? '', second ?? ''] }, { trash: true });
    await waitFor(() => expect(count()).toBe('1'));
    expect(screen.getByTestId('notices').textContent).toContain('2 selected photos were put into the trash');
    await backend.edit(tile(0).dataset['photoId'] ?? '', { rating: 4 });
    expect(count()).toBe('1');
  });

  it('are nobody else’s doing while they are thrown away from here', async () => {
    const backend = await open();
    const whole = backend.editMany.bind(backend);
    let answer: (() => void) | undefined;
    // The events of a large edit come before its answer.
    backend.editMany = async (which, change) => {
      const done = await whole(which, change);
      await new Promise<void>((wait) => (answer = wait));
      return done;
    };
    await tick(0);
    await fireEvent.keyDown(document.body, { key: 'Delete' });
    await waitFor(() => expect(answer).toBeDefined());
    await new Promise((wait) => setTimeout(wait, 2000));
    expect(screen.getByTestId('notices').textContent.trim()).toBe('');
    answer?.();
    await waitFor(() =>
      expect(screen.getByTestId('notices').textContent).toContain('1 photo is in the trash now.'),
    );
    expect(screen.getByTestId('notices').textContent).not.toContain('in the meantime');
  });

  it('are found in the trash where they are many', async () => {
    const backend = new MemoryBackend({ photos: 120 });
    const { photos } = await backend.search('', { limit: 100 });
    const { grid, selection } = gridOf(0);
    selection.toggle(grid, photos);
    let dropped = 0;
    const vanished = new Vanished(backend, {
      selection,
      inTrash: () => false,
      busy: () => false,
      dropped: (count) => (dropped = count),
    });
    await backend.editMany({ ids: photos.slice(0, 70).map(({ id }) => id) }, { trash: true });
    vanished.onEvent({ type: 'photos', height: 0, ids: null });
    await waitFor(() => expect(dropped).toBe(70));
    expect(selection.which()).toEqual({ ids: photos.slice(70).map(({ id }) => id) });
  });

  it('are not counted among all', async () => {
    const backend = await open();
    await fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
    expect(count()).toBe('60');
    await backend.edit(tile(0).dataset['photoId'] ?? '', { trash: true });
    await waitFor(() => expect(count()).toBe('59'));
  });
});

describe('a slow library', () => {
  it('is asked once, however often the key is pressed, and shows at once that it is at work', async () => {
    const backend = await open();
    const asked: unknown[] = [];
    let answer: (() => void) | undefined;
    const whole = backend.editMany.bind(backend);
    backend.editMany = async (which, change) => {
      asked.push(change);
      await new Promise<void>((done) => (answer = done));
      return whole(which, change);
    };
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    await fireEvent.keyDown(document.body, { key: 'f' });
    await fireEvent.keyDown(document.body, { key: 'f' });
    expect(screen.getByRole('progressbar', { name: /Changing/ })).toBeTruthy();
    await fireEvent.keyDown(document.body, { key: '3' });
    expect(asked).toEqual([{ favorite: true }, { rating: 3 }]);
    answer?.();
    await waitFor(() => expect(app?.actions.changing).toBe(1));
    // Once it was done it can be done again.
    await fireEvent.keyDown(document.body, { key: '3' });
    expect(asked).toHaveLength(3);
  });
});

describe('photos that are carried', () => {
  /** Presses on the first photo and moves over what is found by this; lets go there. */
  async function carryTo(target: () => HTMLElement | Promise<HTMLElement>) {
    const at = { clientX: 100, clientY: 100, button: 0 };
    document.elementFromPoint = () => document.body;
    await fireEvent.pointerDown(tile(0), at);
    await fireEvent.pointerMove(window, { clientX: 160, clientY: 160 });
    const below = await target();
    document.elementFromPoint = () => below;
    await fireEvent.pointerMove(window, { clientX: 300, clientY: 700 });
    await fireEvent.pointerUp(window, { clientX: 300, clientY: 700 });
  }

  const albums = () => screen.findAllByTestId('shelf-album');
  const named = async (name: string) =>
    (await albums()).find((album) => album.dataset['album'] === name) as HTMLElement;

  it('are let go on an album of the shelf, which offers the last ones first', async () => {
    localStorage.clear();
    const backend = await open({ photos: 300 });
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    await fireEvent.click(screen.getAllByTestId('tile-tick')[1] as HTMLElement);
    const ids = [0, 1].map((index) => tile(index).dataset['photoId'] ?? '');
    expect(screen.queryByTestId('shelf')).toBeNull();
    await carryTo(() => named('Summer 2023'));
    expect(screen.queryByTestId('shelf')).toBeNull();
    await waitFor(async () => {
      for (const id of ids) expect((await backend.photo(id)).albums).toContain('Summer 2023');
    });
    await carryTo(async () => {
      expect((await albums())[0]?.dataset['album']).toBe('Summer 2023');
      return screen.getByTestId('shelf-new');
    });
    expect(await screen.findByTestId('ask-albums')).toBeTruthy();
  });
});
