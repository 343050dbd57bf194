import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import type { Page } from '../navigation/pages';
import { Root } from '../test-app';
import { Glances } from './glances.svelte';

let app: App | undefined;

async function open(page: Page, options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 120, ...options });
  app = new App(backend);
  app.show(page);
  render(Root, { app });
  await app.check();
  return backend;
}

afterEach(() => {
  app?.stop();
  cleanup();
});

/** jsdom draws nothing, so colours are judged in a browser and everything else here. */
async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

const names = (backend: MemoryBackend, list: 'albums' | 'tags') =>
  backend.library.labels(list).map(({ name }) => name);

async function typeName(name: string): Promise<void> {
  await fireEvent.input(await screen.findByTestId('label-name'), { target: { value: name } });
}

async function cardOf(name: string): Promise<ReturnType<typeof within>> {
  const find = () =>
    screen.getAllByTestId('album-card').find((card) => card.dataset['album'] === name) as HTMLElement;
  await waitFor(() => expect(find()).toBeTruthy());
  return within(find());
}

const line = (tag: string) =>
  screen.queryAllByTestId('tag-line').find((one) => one.dataset['tag'] === tag) as HTMLElement;

describe('the page of albums and tags', () => {
  it('explains both while there are none', async () => {
    await open({ name: 'albums' }, { photos: 0 });
    expect((await screen.findByTestId('albums-empty')).textContent).toContain('belong together');
    expect(screen.getByTestId('tags-empty').textContent).toContain('holiday/greece');
    expect(await faults()).toEqual([]);
  });

  it('shows albums with their newest photo and tags as a tree', async () => {
    const backend = await open({ name: 'albums' });
    const [first] = backend.library.labels('albums');
    const card = await cardOf(first?.name ?? '');
    const newest = (await backend.search(`album:"${first?.name}"`, { limit: 1 })).photos[0]?.id ?? '';
    await waitFor(() =>
      expect(card.getByTestId('album-cover').getAttribute('src')).toBe(backend.thumbnailUrl(newest)),
    );
    const total = (await backend.search('tag:holiday', { limit: 1 })).total;
    await waitFor(() => expect(line('holiday').dataset['count']).toBe(String(total)));
    expect(line('holiday/greece')).toBeUndefined();
    line('holiday').focus();
    await fireEvent.keyDown(line('holiday'), { key: 'ArrowRight' });
    expect(line('holiday/greece').getAttribute('aria-level')).toBe('2');
    await fireEvent.keyDown(line('holiday'), { key: 'ArrowDown' });
    await waitFor(() => expect(document.activeElement).toBe(line('holiday/greece')));
    await fireEvent.keyDown(line('holiday/greece'), { key: 'ArrowLeft' });
    await waitFor(() => expect(document.activeElement).toBe(line('holiday')));
    expect(await faults()).toEqual([]);
  });

  it('makes an album and opens it, and opens the one that there is', async () => {
    const backend = await open({ name: 'albums' });
    await fireEvent.click(await screen.findByTestId('new-album'));
    expect(await faults()).toEqual([]);
    await typeName('  Our boat ');
    await fireEvent.click(screen.getByTestId('label-go'));
    expect((await screen.findByTestId('label-empty')).textContent).toContain('press A');
    expect(names(backend, 'albums')).toContain('Our boat');
    app?.show({ name: 'albums' });
    const made = vi.spyOn(backend, 'makeLabel');
    await fireEvent.click(await screen.findByTestId('new-album'));
    await typeName('our BOAT');
    expect(screen.getByTestId('label-hint').textContent).toContain('already');
    await fireEvent.click(screen.getByTestId('label-go'));
    await waitFor(() => expect(app?.navigation.page).toEqual({ name: 'album', label: 'Our boat' }));
    expect(made).not.toHaveBeenCalled();
  });

  it('says what is wrong with the name of a tag, and makes none of it', async () => {
    const backend = await open({ name: 'albums' });
    await fireEvent.click(await screen.findByTestId('new-tag'));
    await typeName('boat//engine');
    await fireEvent.click(screen.getByTestId('label-go'));
    expect(screen.getByTestId('label-hint').textContent).toContain('must be a name');
    await typeName('boat/engine');
    await fireEvent.click(screen.getByTestId('label-go'));
    await waitFor(() => expect(screen.queryByTestId('label-dialog')).toBeNull());
    expect(names(backend, 'tags')).toContain('boat/engine');
    await waitFor(() => expect(line('boat/engine')).toBeTruthy());
  });

  it('makes one of two albums when that is confirmed, and takes it back', async () => {
    const backend = await open({ name: 'albums' });
    const [first, second] = names(backend, 'albums');
    const before = backend.library.labels('albums');
    await fireEvent.click((await cardOf(first ?? '')).getByTestId('album-menu'));
    await fireEvent.click(await screen.findByTestId('label-rename'));
    await typeName(second ?? '');
    expect(screen.getByTestId('label-hint').textContent).toContain('The two become one');
    await fireEvent.click(screen.getByTestId('label-go'));
    await waitFor(() => expect(names(backend, 'albums')).not.toContain(first));
    await fireEvent.click(await screen.findByTestId('notice-action'));
    await waitFor(() => expect(backend.library.labels('albums')).toEqual(before));
    await cardOf(first ?? '');
  });

  it('removes a tag with those below it, keeps the photos, and takes it back', async () => {
    const backend = await open({ name: 'albums' });
    const total = backend.library.total();
    await waitFor(() => expect(line('holiday')).toBeTruthy());
    line('holiday').focus();
    await fireEvent.keyDown(line('holiday'), { key: 'Delete' });
    expect((await screen.findByTestId('remove-label')).textContent).toContain('So is the tag below it');
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('remove-label-go'));
    await waitFor(() => expect(line('holiday')).toBeUndefined());
    await waitFor(() => expect((document.activeElement as HTMLElement).role).toBe('treeitem'));
    expect(names(backend, 'tags').filter((name) => name.startsWith('holiday'))).toEqual([]);
    expect(backend.library.total()).toBe(total);
    await fireEvent.click(await screen.findByTestId('notice-action'));
    await waitFor(() => expect(line('holiday')).toBeTruthy());
  });

  it('says why nothing was changed, in the dialog', async () => {
    const backend = await open({ name: 'albums' });
    await fireEvent.click(await screen.findByTestId('new-tag'));
    await typeName('boat');
    backend.editFault = 'The disk is full.';
    await fireEvent.click(screen.getByTestId('label-go'));
    expect((await screen.findByTestId('label-fault')).textContent).toContain('The disk is full.');
  });

  it('follows what other devices do', async () => {
    const backend = await open({ name: 'albums' });
    await screen.findAllByTestId('album-card');
    backend.library.makeLabel('albums', 'From the kitchen');
    await cardOf('From the kitchen');
  });

  it('is found in, with many of them, and has a part of them on the page', async () => {
    const backend = await open({ name: 'albums' });
    for (let number = 0; number < 200; number += 1) backend.library.makeLabel('albums', `Trip ${number}`);
    backend.library.makeLabel('albums', '𝄞'.repeat(150));
    await waitFor(() => expect(screen.getByTestId('albums-filter')).toBeTruthy(), { timeout: 4000 });
    await fireEvent.input(screen.getByTestId('albums-filter'), { target: { value: 'TRIP 19' } });
    await waitFor(() => expect(screen.getAllByTestId('album-card')).toHaveLength(11));
    await fireEvent.input(screen.getByTestId('albums-filter'), { target: { value: 'no such' } });
    expect(await screen.findByText('Nothing is called “no such”.')).toBeTruthy();
  });

  it('says when it cannot be read, and recovers by itself', async () => {
    const backend = await open({ name: 'photos' });
    backend.unreachable = true;
    app?.show({ name: 'albums' });
    expect(await screen.findByTestId('organise-fault')).toBeTruthy();
    backend.unreachable = false;
    await waitFor(() => expect(screen.getAllByTestId('album-card').length).toBeGreaterThan(0), {
      timeout: 8000,
    });
  });
});

describe('looking at many queries', () => {
  it('asks for four at a time, drops what is not seen any more, and keeps what it knows', async () => {
    const backend = new MemoryBackend({ photos: 60, latency: 5 });
    const glances = new Glances(backend, () => undefined);
    let now = 0;
    let most = 0;
    const search = backend.search.bind(backend);
    const asked = vi.spyOn(backend, 'search').mockImplementation(async (query, options) => {
      now += 1;
      most = Math.max(most, now);
      const page = await search(query, options);
      now -= 1;
      return page;
    });
    for (let number = 0; number < 12; number += 1) glances.want(`taken:20${10 + number}`);
    glances.forgo('taken:2021');
    await vi.waitFor(() => expect(glances.at('taken:2020')).not.toBeNull());
    expect(most).toBe(4);
    expect(glances.at('taken:2021')).toBeNull();
    glances.want('taken:2020');
    expect(asked).toHaveBeenCalledTimes(11);
    glances.onEvent({ type: 'photos', height: 1, ids: ['another'] });
    glances.want('taken:2020');
    expect(asked).toHaveBeenCalledTimes(11);
    glances.onEvent({ type: 'photos', height: 2, ids: null });
    glances.want('taken:2020');
    expect(asked).toHaveBeenCalledTimes(12);
  });
});

describe('the page of one label', () => {
  it('shows the photos of a tag, leads up and down, and is searched within', async () => {
    const backend = await open({ name: 'tag', label: 'holiday' });
    const { total } = await backend.search('tag:holiday', { limit: 1 });
    await waitFor(() => expect(screen.getByTestId('label-page-note').textContent).toBe(`${total} photos`));
    expect(await faults()).toEqual([]);
    await fireEvent.click(await screen.findByTestId('tag-below'));
    expect(app?.navigation.page).toEqual({ name: 'tag', label: 'holiday/greece' });
    await fireEvent.click(await screen.findByTestId('search-within'));
    expect(await screen.findByTestId('search-chip')).toBeTruthy();
    expect(app?.search.text.trim()).toBe('tag:"holiday/greece"');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('search-input')));
    app?.search.clear();
    await fireEvent.click(await screen.findByTestId('tag-above'));
    expect(app?.navigation.page).toEqual({ name: 'tag', label: 'holiday' });
  });

  it('follows a renaming to the new name', async () => {
    await open({ name: 'album', label: 'Summer 2024' });
    await screen.findAllByTestId('photo-tile');
    await fireEvent.click(screen.getByTestId('label-menu'));
    await fireEvent.click(await screen.findByTestId('label-rename'));
    await typeName('At sea');
    await fireEvent.click(screen.getByTestId('label-go'));
    await waitFor(() => expect(app?.navigation.page).toEqual({ name: 'album', label: 'At sea' }));
    expect((await screen.findAllByTestId('photo-tile')).length).toBeGreaterThan(0);
  });

  it('says so of one that is gone, and takes what was selected along', async () => {
    await open({ name: 'album', label: 'Summer 2024' });
    await screen.findAllByTestId('photo-tile');
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    expect(app?.selection.count).toBe(1);
    app?.navigation.go({ name: 'album', label: 'Nothing' });
    expect((await screen.findByTestId('label-gone')).textContent).toContain('Nothing');
    expect(app?.selection.count).toBe(0);
    expect(await faults()).toEqual([]);
  });
});
