import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import { Root } from '../test-app';
import { DOWNLOADS_MAX } from './export.svelte';

let app: App | undefined;

async function asked(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 12, ...options });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await screen.findAllByTestId('photo-tile');
  await fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
  await fireEvent.keyDown(document.body, { key: 'e' });
  await screen.findByTestId('ask-export');
  return backend;
}

afterEach(() => {
  app?.stop();
  cleanup();
  vi.restoreAllMocks();
});

async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

const state = () => screen.getByTestId('export-state').dataset['state'];

describe('exporting on the desktop', () => {
  it('writes what is selected, and says of which photo there was nothing to write', async () => {
    const backend = await asked();
    const { photos } = await backend.search('', { limit: 1 });
    backend.unreachableOriginals = new Set(photos.map(({ id }) => id));
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('ask-go'));
    await waitFor(() => expect(state()).toBe('done'));
    expect(screen.getByTestId('export-state').textContent).toContain('11 originals exported');
    expect(screen.getAllByTestId('export-failed')).toHaveLength(1);
    expect(screen.getByTestId('export-failed').textContent).toContain('Turn on one that does');
    expect(await faults()).toEqual([]);
    // The button that had the keyboard is gone, and the photos behind are none of its business.
    await fireEvent.keyDown(document.body, { key: 'Escape' });
    await fireEvent.keyDown(document.body, { key: 'Delete' });
    expect(app?.selection.count).toBe(12);
    await fireEvent.click(screen.getByTestId('export-close'));
    expect(screen.queryByTestId('ask-export')).toBeNull();
  });

  it('stops when somebody says so', async () => {
    await asked();
    await fireEvent.click(screen.getByTestId('ask-go'));
    await fireEvent.click(await screen.findByTestId('export-cancel'));
    await waitFor(() => expect(state()).toBe('cancelled'));
  });
});

describe('exporting in a browser', () => {
  it('downloads one original after the other', async () => {
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    await asked({ desktop: false, photos: 2 });
    await fireEvent.click(screen.getByTestId('ask-go'));
    await waitFor(() => expect(clicked).toHaveBeenCalledTimes(2), { timeout: 5000 });
    await waitFor(() => expect(screen.queryByTestId('ask-export')).toBeNull());
  });

  it('says which originals could not be had, and why, and downloads the others', async () => {
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    const backend = await asked({ desktop: false, photos: 3 });
    const [lost] = (await backend.search('', { limit: 1 })).photos;
    backend.unreachableOriginals = new Set([lost?.id ?? '']);
    await fireEvent.click(screen.getByTestId('ask-go'));
    await waitFor(() => expect(state()).toBe('done'), { timeout: 5000 });
    expect(clicked).toHaveBeenCalledTimes(2);
    expect(screen.getByTestId('export-state').textContent).toContain('2 downloads have begun');
    const { name } = await backend.photo(lost?.id ?? '');
    expect(screen.getByTestId('export-failed').textContent).toMatch(new RegExp(`${name}.+reach`));
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('export-close'));
    expect(screen.queryByTestId('ask-export')).toBeNull();
  });

  it('says so, too, when the dialog is gone by then', async () => {
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    const backend = await asked({ desktop: false, photos: 2 });
    const { photos } = await backend.search('', { limit: 2 });
    backend.unreachableOriginals = new Set(photos.slice(1).map(({ id }) => id));
    await fireEvent.click(screen.getByTestId('ask-go'));
    await waitFor(() => expect(state()).toBe('running'));
    await fireEvent.click(screen.getByRole('button', { name: 'Go on in the background' }));
    const notices = () => screen.getByTestId('notices').textContent;
    await waitFor(() => expect(notices()).toContain('1 original could not be exported.'));
    await fireEvent.click(screen.getByTestId('notice-action'));
    expect(await screen.findByTestId('export-failed')).toBeTruthy();
  });

  it('ends with the first one that nobody answers for', async () => {
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    const backend = await asked({ desktop: false, photos: 3 });
    backend.original = () => Promise.reject(new BackendError('unreachable', 'Nothing answers.'));
    await fireEvent.click(screen.getByTestId('ask-go'));
    await waitFor(() => expect(state()).toBe('failed'));
    expect(clicked).not.toHaveBeenCalled();
    expect(screen.getByTestId('export-state').textContent).toContain('Nothing answers.');
  });

  it('says where more than it takes can be had', async () => {
    await asked({ desktop: false, photos: DOWNLOADS_MAX + 1 });
    await fireEvent.click(screen.getByTestId('ask-go'));
    expect((await screen.findByRole('alert', { name: '' })).textContent).toBeDefined();
    await waitFor(() => expect(screen.getByTestId('ask-export').textContent).toContain('kinfolio export'));
  });
});
