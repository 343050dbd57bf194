import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from './app.svelte';
import { BackendError } from './backend/backend';
import { MemoryBackend, type MemoryOptions } from './backend/memory';
import { Root } from './test-app';

let app: App | undefined;

async function open(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 60, ...options });
  app = new App(backend);
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
  const rules = {
    'color-contrast': { enabled: false },
    // Off unless asked for: whoever speaks to the computer says what stands on a control.
    'label-content-name-mismatch': { enabled: true },
  };
  const { violations } = await axe.run(document.body, { rules });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

describe('the first start', () => {
  it('asks for two names and opens an empty library', async () => {
    await open({ library: false });
    const household = screen.getByLabelText('Name of the household');
    expect(screen.getByLabelText('Name of this device')).toHaveProperty('value', 'Study PC');
    expect(await faults()).toEqual([]);
    await fireEvent.input(household, { target: { value: 'The Millers' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Start' }));
    expect(await screen.findByText('Drop your photos here')).toBeTruthy();
    expect(await faults()).toEqual([]);
  });
});

describe('dropping files', () => {
  it('shows where they will land, then a receipt that adds up, then the photos', async () => {
    const backend = await open({ library: false });
    await app?.startHousehold('The Millers', 'Study PC');
    backend.drop({ type: 'enter', paths: ['/home/anna/Pictures', '/home/anna/more'] });
    const overlay = await screen.findByTestId('drop-overlay');
    expect(overlay.textContent).toMatch(/Drop to import 2 items.*The Millers.*Study PC/s);
    backend.drop({ type: 'drop', paths: ['/home/anna/Pictures'] });
    const receipt = await screen.findByTestId('import-receipt', {}, { timeout: 30_000 });
    expect(receipt.textContent.trim()).toBe('32 added + 5 duplicates + 3 rejected = 40 found');
    await waitFor(() => expect(screen.getByTestId('photo-count').dataset['count']).toBe('32'));
    expect(screen.getAllByTestId('photo-tile').length).toBeGreaterThan(5);
    await fireEvent.click(screen.getByRole('tab', { name: /Rejected/ }));
    const [rejected] = screen.getAllByTestId('rejected-item');
    expect(screen.getAllByTestId('rejected-item')).toHaveLength(3);
    await fireEvent.click(screen.getAllByTestId('show-file')[0] as HTMLElement);
    expect(backend.shell.files).toEqual([rejected?.title]);
    backend.shell.fault = 'there is no file manager';
    await fireEvent.click(screen.getAllByTestId('show-file')[0] as HTMLElement);
    expect((await screen.findByTestId('notices')).textContent).toContain('there is no file manager');
    expect(await faults()).toEqual([]);
  }, 60_000);
});

describe('the library', () => {
  it('has a name for every control, in the grid and in the viewer', async () => {
    await open();
    await screen.findAllByTestId('photo-tile');
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getAllByTestId('photo-tile')[2] as HTMLElement);
    await screen.findByTestId('info-block');
    expect(await faults()).toEqual([]);
  });

  it('has names that begin with what stands on a tile, also where there is no picture', async () => {
    await open();
    await fireEvent.input(screen.getByTestId('search-input'), { target: { value: 'pdf' } });
    const [tile] = await screen.findAllByText(/\.pdf$/);
    expect(tile?.closest('button')?.getAttribute('aria-label')).toMatch(/^PDF Letter \d+\.pdf, /);
    expect(tile?.title).toBe(tile?.textContent);
    expect(await faults()).toEqual([]);
    await fireEvent.keyDown(screen.getByTestId('search-input'), { key: 'Escape' });
    const [first] = await screen.findAllByTestId('photo-tile');
    await fireEvent.error(first?.querySelector('img') as HTMLElement);
    await waitFor(() => expect(first?.getAttribute('aria-label')).toMatch(/^[A-Z]+ .+\.jpg, Photo, /i));
    expect(await faults()).toEqual([]);
  });

  it('has names that say what is on record of a photo', async () => {
    const backend = await open();
    const [tile] = await screen.findAllByTestId('photo-tile');
    await backend.edit(tile?.dataset['photoId'] ?? '', { favorite: true, rating: 4 });
    await waitFor(() => expect(tile?.getAttribute('aria-label')).toMatch(/^\w+, .*, a favourite, 4 stars$/));
  });

  it('is walked through by keys', async () => {
    await open();
    const tiles = await screen.findAllByTestId('photo-tile');
    const id = (index: number) => tiles[index]?.dataset['photoId'];
    tiles[0]?.focus();
    await fireEvent.keyDown(tiles[0] as HTMLElement, { key: 'ArrowRight' });
    await waitFor(() => expect(document.activeElement).toBe(tiles[1]));
    await fireEvent.click(tiles[1] as HTMLElement);
    const viewer = await screen.findByTestId('viewer');
    expect(viewer.dataset['photoId']).toBe(id(1));
    await waitFor(() => expect(screen.getByTestId('viewer-next')).toHaveProperty('disabled', false));
    await fireEvent.keyDown(viewer, { key: 'ArrowRight' });
    expect(viewer.dataset['photoId']).toBe(id(2));
    await fireEvent.keyDown(viewer, { key: 'i' });
    expect(screen.queryByTestId('info-panel')).toBeNull();
    await fireEvent.keyDown(viewer, { key: 'i' });
    await fireEvent.keyDown(viewer, { key: 'Escape' });
    expect(screen.queryByTestId('viewer')).toBeNull();
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset['photoId']).toBe(id(2)));
  });

  it('is searched, and found again when the box is cleared', async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: '/' });
    const box = screen.getByTestId('search-input');
    expect(document.activeElement).toBe(box);
    await fireEvent.input(box, { target: { value: 'canon' } });
    await waitFor(() => expect(screen.getByTestId('search-summary').textContent).toMatch(/^\d+ photos$/));
    expect(screen.queryByTestId('timeline')).toBeNull();
    await fireEvent.input(box, { target: { value: 'canon people:anna' } });
    expect(await screen.findByTestId('search-error')).toBeTruthy();
    await fireEvent.input(box, { target: { value: 'no such thing' } });
    expect(await screen.findByTestId('search-empty')).toBeTruthy();
    expect(await faults()).toEqual([]);
    await fireEvent.keyDown(box, { key: 'Escape' });
    expect(await screen.findByTestId('timeline')).toBeTruthy();
  });
});

describe('Back', () => {
  const cameFromAlbums = async () => {
    await open();
    app?.show({ name: 'albums' });
    app?.show({ name: 'photos' });
    return screen.findAllByTestId('photo-tile');
  };

  it('leaves what is selected, as every way to another page does', async () => {
    await cameFromAlbums();
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    expect(screen.getByTestId('bulk-bar')).toBeTruthy();
    history.back();
    await waitFor(() => expect(screen.queryByTestId('timeline')).toBeNull());
    expect(screen.queryByTestId('bulk-bar')).toBeNull();
    expect(app?.selection.count).toBe(0);
  });

  it('leaves a dialog', async () => {
    await cameFromAlbums();
    (app as App).keysShown = true;
    await waitFor(() => expect(document.querySelector('dialog')).toBeTruthy());
    history.back();
    await waitFor(() => expect(document.querySelector('dialog')).toBeNull());
    expect(app?.keysShown).toBe(false);
  });

  it('leaves the photo that is open and the search that found it', async () => {
    await cameFromAlbums();
    await fireEvent.input(screen.getByTestId('search-input'), { target: { value: 'canon' } });
    await waitFor(() => expect(screen.getByTestId('search-summary').textContent).toMatch(/\d+ photos/));
    await fireEvent.click(screen.getAllByTestId('photo-tile')[0] as HTMLElement);
    await screen.findByTestId('viewer');
    history.back();
    await waitFor(() => expect(screen.queryByTestId('viewer')).toBeNull());
    expect(screen.queryByTestId('search-summary')).toBeNull();
    expect(app?.search.active).toBe(false);
  });
});

describe('the address', () => {
  it('keeps what is searched, for a reload and for Back', async () => {
    await open();
    await fireEvent.input(screen.getByTestId('search-input'), { target: { value: 'canon' } });
    await waitFor(() => expect(location.hash).toBe('#/photos?q=canon'));
    app?.show({ name: 'albums' });
    expect(location.hash).toBe('#/albums');
    await waitFor(() => expect(screen.queryByTestId('search-summary')).toBeNull());
    history.back();
    await waitFor(() => expect(screen.getByTestId('search-summary').textContent).toMatch(/\d+ photos/));
    expect(app?.search.text).toBe('canon');

    app?.stop();
    cleanup();
    await open();
    await waitFor(() => expect(screen.getByTestId('search-summary').textContent).toMatch(/\d+ photos/));
    await fireEvent.click(screen.getByTestId('search-clear'));
    await waitFor(() => expect(location.hash).toBe('#/photos'));
    expect(await screen.findByTestId('timeline')).toBeTruthy();
  });
});

describe('names of hundreds of letters', () => {
  it('can be read in full where there is no room for them', async () => {
    await open();
    const name = 'Sommerferien '.repeat(24).trim();
    app?.notify(name);
    expect((await screen.findByText(name)).title).toBe(name);
  });
});

describe('trouble', () => {
  it('of a backend that stops answering is said, and over by itself when it answers again', async () => {
    const backend = await open();
    await screen.findAllByTestId('photo-tile');
    backend.unreachable = true;
    await app?.timeline.load();
    expect(await screen.findByTestId('offline-banner')).toBeTruthy();
    expect(screen.getAllByTestId('photo-tile').length).toBeGreaterThan(5);
    backend.unreachable = false;
    await waitFor(() => expect(screen.queryByTestId('offline-banner')).toBeNull(), { timeout: 4000 });
  });

  it('of a backend that starts anew leaves what is selected and typed, and shows what changed meanwhile', async () => {
    const backend = await open();
    const tiles = await screen.findAllByTestId('photo-tile');
    const gone = tiles[4]?.dataset['photoId'] ?? '';
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    await fireEvent.keyDown(document.body, { key: 't' });
    const input = await screen.findByTestId('ask-input');
    await fireEvent.input(input, { target: { value: 'half a wo' } });
    backend.unreachable = true;
    await app?.timeline.load();
    expect(await screen.findByTestId('offline-banner')).toBeTruthy();
    // The events of that time are not heard.
    backend.library.change([gone], { trash: true });
    backend.unreachable = false;
    await waitFor(() => expect(screen.queryByTestId('offline-banner')).toBeNull());
    await waitFor(() => expect(screen.getByTestId('photo-count').dataset['count']).toBe('59'));
    expect(document.querySelector(`[data-photo-id="${gone}"]`)).toBeNull();
    expect(screen.getByTestId('bulk-count').dataset['count']).toBe('1');
    expect(screen.getByTestId('ask-input')).toHaveProperty('value', 'half a wo');
  });

  it('of a photo that vanished is said in the viewer', async () => {
    const backend = await open();
    backend.photo = () => Promise.reject(new BackendError('not_found', 'No such photo.', { status: 404 }));
    const [tile] = await screen.findAllByTestId('photo-tile');
    await fireEvent.click(tile as HTMLElement);
    expect((await screen.findByTestId('viewer-gone')).textContent).toContain('no longer in the library');
  });

  it('of a session that ended leads to the sign-in, and back', async () => {
    const backend = await open({ desktop: false });
    const ledger = backend.ledger.bind(backend);
    backend.ledger = () => Promise.reject(new BackendError('unauthorized', 'Sign in.', { status: 401 }));
    await app?.check();
    const token = await screen.findByLabelText('API token');
    expect(await faults()).toEqual([]);
    backend.ledger = ledger;
    await fireEvent.input(token, { target: { value: 'secret' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByTestId('timeline')).toBeTruthy();
  });
});
