import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';

let backend: MemoryBackend;
let app: App;
let ids: string[];

beforeEach(async () => {
  backend = new MemoryBackend({ photos: 40 });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  ids = (await screen.findAllByTestId('photo-tile')).map((tile) => tile.dataset['photoId'] ?? '');
});

afterEach(() => {
  app.stop();
  cleanup();
});

async function tag(count: number, name: string) {
  app.actions.ask('tag', { which: { ids: ids.slice(0, count) }, count, row: null });
  await app.actions.change({ add_tags: [name] });
}

const undos = () => screen.queryAllByTestId('notice-action');
const tags = async () => (await backend.photo(ids[0] ?? '')).tags;

describe('the undo of a notice', () => {
  it('takes back what the notice tells of', async () => {
    await tag(2, 'sea');
    await waitFor(() => expect(undos()).toHaveLength(1));
    await fireEvent.click(undos()[0] as HTMLElement);
    expect(await screen.findByText('Undone on 2 photos: tags added: sea.')).toBeTruthy();
    expect(await tags()).not.toContain('sea');
  });

  it('is no longer offered once another action followed, wherever that was done', async () => {
    await tag(2, 'sea');
    await waitFor(() => expect(undos()).toHaveLength(1));
    await tag(3, 'beach');
    await waitFor(() => expect(screen.getByTestId('notices').textContent).toMatch(/2 photos.*3 photos/s));
    expect(undos()).toHaveLength(1);
    await fireEvent.click(undos()[0] as HTMLElement);
    expect(await screen.findByText('Undone on 3 photos: tags added: beach.')).toBeTruthy();
    expect(await tags()).toContain('sea');
    expect(undos()).toEqual([]);
    await tag(2, 'sand');
    await waitFor(() => expect(undos()).toHaveLength(1));
    // As the viewer does, without a notice.
    await app.backend.edit(ids[5] ?? '', { rating: 3 });
    await waitFor(() => expect(undos()).toEqual([]));
  });

  it('is not offered after Ctrl+Z took it back', async () => {
    await tag(2, 'sea');
    await tag(2, 'beach');
    await app.undo();
    await waitFor(() => expect(screen.getByTestId('notices').textContent).toContain('Undone on 2 photos'));
    expect(undos()).toEqual([]);
  });

  it('is not offered for actions that were under way together', async () => {
    await Promise.all([tag(2, 'sea'), tag(3, 'beach')]);
    await waitFor(() => expect(screen.getByTestId('notices').textContent).toMatch(/2 photos.*3 photos/s));
    expect(undos()).toEqual([]);
    await tag(4, 'sand');
    await waitFor(() => expect(undos()).toHaveLength(1));
  });

  it('is not offered while an import makes each photo the last action', async () => {
    await tag(2, 'sea');
    await waitFor(() => expect(undos()).toHaveLength(1));
    await app.imports.startPaths(['/home/anna/Pictures']);
    await waitFor(() => expect(undos()).toEqual([]));
    expect(app.imports.running).toBe(true);
    await tag(3, 'beach');
    await waitFor(() => expect(screen.getByTestId('notices').textContent).toContain('3 photos'));
    expect(undos()).toEqual([]);
  });
});
