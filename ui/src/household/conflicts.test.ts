import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';

let app: App | undefined;
let backend: MemoryBackend;

async function open(before: (backend: MemoryBackend) => Promise<void> = () => Promise.resolve()) {
  backend = new MemoryBackend({ photos: 12 });
  app = new App(backend);
  await before(backend);
  render(Root, { app });
  await app.check();
  await fireEvent.click(await screen.findByTestId('ledger-line'));
  await screen.findByTestId('household');
}

/** Two devices disagree about so many photos. */
async function disagree(count: number): Promise<void> {
  const { photos } = await backend.search('', { limit: count });
  for (const { id } of photos) backend.disagree(id, 'Yours');
}

afterEach(() => {
  vi.restoreAllMocks();
  app?.stop();
  cleanup();
});

describe('edits in conflict', () => {
  it('are counted on the page, and shown by a search', async () => {
    await open(() => disagree(2));
    const line = await screen.findByTestId('household-conflicts');
    expect(line.dataset['count']).toBe('2');
    expect(line.textContent).toContain('Devices edited 2 photos apart');
    await fireEvent.click(screen.getByTestId('household-conflicts-show'));
    expect(app?.search.text.trim()).toBe('has:conflict');
    await waitFor(() => expect(app?.search.found.total).toBe(2));
  });

  it('are not spoken of while there are none', async () => {
    const searched = vi.spyOn(MemoryBackend.prototype, 'search');
    await open();
    await searched.mock.results.at(-1)?.value;
    expect(searched).toHaveBeenCalledWith('has:conflict', { limit: 1 });
    expect(screen.queryByTestId('household-conflicts')).toBeNull();
  });

  it('that come while the page is open are counted soon, once for many', async () => {
    await open();
    const searched = vi.spyOn(backend, 'search');
    await disagree(3);
    const line = await screen.findByTestId('household-conflicts', {}, { timeout: 3000 });
    expect(line.dataset['count']).toBe('3');
    expect(searched.mock.calls.filter(([query]) => query === 'has:conflict')).toHaveLength(1);
  });
});
