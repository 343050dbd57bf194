import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { codeOf } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import { Root } from '../test-app';
import { isLastCopy } from './purging.svelte';

let app: App | undefined;

/** A library with `trashed` of its newest photos in the trash, at its page. */
async function open(trashed: number, options: MemoryOptions = {}): Promise<[MemoryBackend, string[]]> {
  const backend = new MemoryBackend({ photos: 60, ...options });
  const ids = (await backend.search('', { limit: trashed || 1 })).photos
    .slice(0, trashed)
    .map(({ id }) => id);
  if (trashed > 0) await backend.editMany({ ids }, { trash: true });
  app = new App(backend);
  app.show({ name: 'trash' });
  render(Root, { app });
  await app.check();
  if (trashed > 0) await screen.findAllByTestId('photo-tile');
  return [backend, ids];
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

const inTrash = async (backend: MemoryBackend) =>
  (await backend.search('is:trashed', { limit: 100 })).photos.map(({ id }) => id);

describe('the trash', () => {
  it('says what it is while it is empty', async () => {
    await open(0);
    expect((await screen.findByTestId('trash-empty')).textContent).toContain('wait here');
    expect(screen.queryByTestId('trash-purge-all')).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it('gives all back at once, and takes that back', async () => {
    const [backend, ids] = await open(5);
    expect(screen.getByTestId('trash-note').textContent).toBe('5 photos');
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('trash-restore-all'));
    expect(await screen.findByTestId('trash-empty')).toBeTruthy();
    expect(await inTrash(backend)).toEqual([]);
    await fireEvent.click(await screen.findByTestId('notice-action'));
    await waitFor(async () => expect(await inTrash(backend)).toEqual(ids));
  });

  it('gives selected ones back', async () => {
    const [backend, ids] = await open(5);
    await fireEvent.click(screen.getAllByTestId('tile-tick')[1] as HTMLElement);
    await fireEvent.click(await screen.findByTestId('bulk-restore'));
    await waitFor(async () => expect(await inTrash(backend)).toEqual(ids.toSpliced(1, 1)));
  });

  it('asks about deleting for good what is opened or selected there and deleted again', async () => {
    const [backend] = await open(3);
    const tile = screen.getAllByTestId('photo-tile')[0] as HTMLElement;
    await fireEvent.click(screen.getAllByTestId('tile-tick')[0] as HTMLElement);
    tile.focus();
    await fireEvent.keyDown(tile, { key: 'Delete' });
    expect((await screen.findByTestId('ask-purge')).textContent).toContain('Delete 1 original');
    await fireEvent.click(screen.getByTestId('purge-cancel'));
    app?.selection.clear();
    await fireEvent.click(screen.getAllByTestId('photo-tile')[1] as HTMLElement);
    await screen.findByTestId('info-block');
    await app?.actions.trash();
    expect(await screen.findByTestId('ask-purge')).toBeTruthy();
    expect(await inTrash(backend)).toHaveLength(3);
  });
});

describe('deleting for good', () => {
  it('is done once it was confirmed where there are other copies', async () => {
    const [backend] = await open(12, { devices: 3 });
    const safe: string[] = [];
    for (const id of await inTrash(backend)) if (!isLastCopy(await backend.photo(id))) safe.push(id);
    app?.actions.ask('purge', { which: { ids: safe }, count: safe.length, row: null });
    expect((await screen.findByTestId('ask-purge')).textContent).toContain('cannot be undone');
    expect(document.activeElement).not.toBe(screen.getByTestId('purge-go'));
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('purge-go'));
    await waitFor(() => expect(screen.queryByTestId('ask-purge')).toBeNull());
    expect(await inTrash(backend)).toHaveLength(12 - safe.length);
    expect(screen.getByTestId('notices').textContent).toContain(`${safe.length} originals deleted`);
  });

  it('speaks of a bucket where there is one', async () => {
    const [backend] = await open(2);
    await fireEvent.click(screen.getByTestId('trash-purge-all'));
    expect((await screen.findByTestId('ask-purge')).textContent).not.toContain('bucket');
    await fireEvent.click(screen.getByTestId('purge-cancel'));
    await backend.agree({ bucket: 'file:///backup' });
    await fireEvent.click(screen.getByTestId('trash-purge-all'));
    await waitFor(() => expect(screen.getByTestId('ask-purge').textContent).toContain('in its bucket'));
  });

  it('shows of which photos the last copy would go, and wants a word about these', async () => {
    const [backend, ids] = await open(20, { devices: 3 });
    const last: string[] = [];
    for (const id of ids) if (isLastCopy(await backend.photo(id))) last.push(id);
    expect(last.length).toBeGreaterThan(0);
    await fireEvent.click(screen.getByTestId('trash-purge-all'));
    await fireEvent.click(await screen.findByTestId('purge-go'));
    const shown = await screen.findAllByTestId('last-copy');
    expect(shown.map((one) => one.dataset['photoId'])).toEqual(last);
    expect(await inTrash(backend)).toHaveLength(20);
    expect(screen.getByTestId('purge-go')).toHaveProperty('disabled', true);
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('purge-agree'));
    await fireEvent.click(screen.getByTestId('purge-go'));
    await waitFor(() => expect(screen.queryByTestId('ask-purge')).toBeNull());
    expect(await inTrash(backend)).toEqual([]);
  });

  it('leaves out what was left out of the selection', async () => {
    const [backend, ids] = await open(4);
    const [first = ''] = ids;
    const which = { query: 'is:trashed', except: [first] };
    app?.actions.ask('purge', { which, count: 3, row: null });
    await fireEvent.click(await screen.findByTestId('purge-go'));
    expect(await screen.findAllByTestId('last-copy')).toHaveLength(3);
    await fireEvent.click(screen.getByTestId('purge-agree'));
    await fireEvent.click(screen.getByTestId('purge-go'));
    await waitFor(async () => expect(await inTrash(backend)).toEqual([first]));
  });

  it('asks anew about copies that got lost in the meantime', async () => {
    const [backend, ids] = await open(20, { devices: 3 });
    await fireEvent.click(screen.getByTestId('trash-purge-all'));
    await fireEvent.click(await screen.findByTestId('purge-go'));
    const before = (await screen.findAllByTestId('last-copy')).length;
    const purge = backend.purge.bind(backend);
    backend.purge = (which, lastCopies) => {
      backend.purge = purge;
      return purge(which, lastCopies.slice(1));
    };
    await fireEvent.click(screen.getByTestId('purge-agree'));
    await fireEvent.click(screen.getByTestId('purge-go'));
    await waitFor(() => expect(screen.getAllByTestId('last-copy').length).toBeGreaterThan(before));
    expect(screen.getAllByTestId('last-copy')).toHaveLength(ids.length);
    expect(screen.getByTestId('purge-go')).toHaveProperty('disabled', true);
  });

  it('says why it did not happen', async () => {
    const [backend] = await open(2);
    backend.editFault = 'The disk is full.';
    await fireEvent.click(screen.getByTestId('trash-purge-all'));
    await fireEvent.click(await screen.findByTestId('purge-go'));
    expect((await screen.findByTestId('purge-fault')).textContent).toContain('The disk is full.');
    expect(await inTrash(backend)).toHaveLength(2);
  });

  it('refuses photos that are not in the trash, as the API does', async () => {
    const [backend] = await open(1);
    const ids = (await backend.search('', { limit: 1 })).photos.map(({ id }) => id);
    await expect(backend.purge({ ids }, ids)).rejects.toSatisfy((error) => codeOf(error) === 'not_in_trash');
  });
});

describe('a last copy', () => {
  const at = '2024-06-01T12:00:00Z';
  const cases: [string, (string | null)[], boolean][] = [
    ['on no device', [], true],
    ['on one device', [at], true],
    ['on two, one of which has not looked at it yet', [at, null], true],
    ['on two devices', [at, at], false],
  ];
  for (const [what, copies, last] of cases) {
    it(`${last ? 'is' : 'is not'} one ${what}`, () => {
      const replicas = copies.map((verified_at, number) => ({ device: String(number), verified_at }));
      expect(isLastCopy({ replicas })).toBe(last);
    });
  }
});
