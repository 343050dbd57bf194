import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend } from '../backend/memory';
import type { Conflict, Undone } from '../backend/types';
import { Root } from '../test-app';
import { changeLine, undoneLine } from './words';

describe('what an undo came to', () => {
  const done: Undone = { undone: 2, skipped: 0, what: 'changed', state: 'committed', height: 9 };

  it('is told with the change, and with what others have changed since', () => {
    const change = { add_tags: ['beach', 'sea'] };
    expect(undoneLine({ ...done, change })).toBe('Undone on 2 photos: tags added: beach, sea.');
    expect(undoneLine({ ...done, change, undone: 1, skipped: 3, state: 'pending' })).toBe(
      'Undone on 1 photo: tags added: beach, sea. ' +
        '3 photos were changed again since and stay as they are. ' +
        'The other devices see it as soon as they can be reached.',
    );
    expect(undoneLine({ ...done, change, undone: 0, skipped: 2 })).toMatch(/^Nothing was undone/);
    const label = { list: 'tag', from: 'beech', to: 'beach' };
    expect(undoneLine({ ...done, what: 'label', label })).toBe('Undone: the tag “beech” is called “beach”.');
    expect(undoneLine({ ...done, what: 'label', label: { list: 'album', to: 'Summer' } })).toBe(
      'Undone: the album “Summer” was made.',
    );
    expect(undoneLine({ ...done, what: 'added' })).toBe('Import undone: 2 photos are in the trash now.');
  });

  it('names every field that a change can have', () => {
    expect(changeLine({ caption: '', rating: 1, favorite: true, trash: false, position: null })).toBe(
      'caption: nothing · rating: 1 star · made a favourite · position: nothing · taken out of the trash',
    );
    expect(changeLine({ taken_at: '2019-07-14T10:00:00-00:00', remove_tags: ['x'] })).toMatch(
      /^tags removed: x · date: July 14, 2019/,
    );
  });
});

describe('in the viewer', () => {
  let backend: MemoryBackend;
  let app: App;

  beforeEach(async () => {
    backend = new MemoryBackend({ photos: 40 });
    app = new App(backend);
    render(Root, { app });
    await app.check();
    const [tile] = await screen.findAllByTestId('photo-tile');
    await fireEvent.click(tile as HTMLElement);
    await screen.findByTestId('tag-input');
    return () => app.stop();
  });

  const openId = () => screen.getByTestId('viewer').dataset['photoId'] ?? '';
  const ctrlZ = (target: Element = document.body) => fireEvent.keyDown(target, { key: 'z', ctrlKey: true });

  it('Ctrl+Z takes back the last edit, then the one before, and says what it was', async () => {
    await backend.edit(openId(), { add_tags: ['sea'] });
    await backend.edit(openId(), { caption: 'At the sea' });
    await ctrlZ(screen.getByTestId('viewer'));
    expect(await screen.findByText('Undone on 1 photo: caption: “At the sea”.')).toBeTruthy();
    expect((await backend.photo(openId())).caption).toBe('');
    await ctrlZ();
    expect(await screen.findByText('Undone on 1 photo: tags added: sea.')).toBeTruthy();
    await ctrlZ();
    expect(await screen.findByText('There is nothing to undo.')).toBeTruthy();
  });

  it('Ctrl+Z in a field is the field’s own', async () => {
    await backend.edit(openId(), { caption: 'kept' });
    await ctrlZ(screen.getByTestId('caption-input'));
    await ctrlZ(screen.getByTestId('tag-input'));
    expect((await backend.photo(openId())).caption).toBe('kept');
  });

  it('an undo that fails says why', async () => {
    backend.undo = () => Promise.reject(new BackendError('disk_full', 'The disk is full.'));
    await ctrlZ();
    expect(await screen.findByText('Nothing was undone: The disk is full.')).toBeTruthy();
  });

  it('a conflict shows both values, and either can be chosen', async () => {
    const id = openId();
    await backend.edit(id, { caption: 'Mine' });
    backend.disagree(id, 'Yours');
    await screen.findByTestId('conflict');
    const values = screen.getAllByTestId('conflict-value').map((value) => value.textContent);
    expect(values[0]).toMatch(/“Mine”.*Study PC.*Shown now/s);
    expect(values[1]).toMatch(/“Yours”.*Kitchen PC/s);
    await fireEvent.click(screen.getByRole('button', { name: 'Use this one: “Yours”, from Kitchen PC' }));
    await waitFor(() => expect(screen.queryByTestId('conflict')).toBeNull());
    expect((await backend.photo(id)).caption).toBe('Yours');
  });

  it('a conflict about a field of the household’s own is settled as its change wants it', async () => {
    const id = openId();
    await backend.defineField({ name: 'Box', type: 'text' });
    const whole = await backend.photo(id);
    const written = (value: string, edit: string) => {
      const device = { device: edit.repeat(32), device_name: edit === '0' ? 'Study PC' : 'Kitchen PC' };
      return { ...device, field: 'fields.Box', value, edit, height: 9 } as unknown as Conflict['kept'];
    };
    const conflict = { field: 'fields.Box', kept: written('Attic', '0'), replaced: [written('Cellar', '1')] };
    vi.spyOn(backend, 'photo').mockResolvedValueOnce({ ...whole, conflicts: [conflict] });
    await app.viewer.record?.load();
    expect((await screen.findByTestId('conflict')).textContent).toContain('Two devices disagree: Box');
    await fireEvent.click(screen.getByRole('button', { name: 'Use this one: “Cellar”, from Kitchen PC' }));
    await waitFor(async () => expect((await backend.photo(id)).fields['Box']).toBe('Cellar'));
  });

  it('a long history begins with the last twenty edits, and shows all when asked', async () => {
    for (let edit = 0; edit < 30; edit += 1) await backend.edit(openId(), { rating: edit % 6 });
    const history = screen.getByTestId('history') as HTMLDetailsElement;
    history.open = true;
    await fireEvent(history, new Event('toggle'));
    await waitFor(() => expect(screen.getAllByTestId('history-item')).toHaveLength(20));
    await fireEvent.click(screen.getByRole('button', { name: 'Show all 31 edits' }));
    expect(screen.getAllByTestId('history-item')).toHaveLength(31);
    expect(screen.queryByTestId('history-all')).toBeNull();
  });

  it('the history says who did what, newest first, once it is opened', async () => {
    await backend.edit(openId(), { rating: 4 });
    const history = screen.getByTestId('history') as HTMLDetailsElement;
    expect(screen.queryAllByTestId('history-item')).toEqual([]);
    history.open = true;
    await fireEvent(history, new Event('toggle'));
    await waitFor(() => expect(screen.getAllByTestId('history-item')).toHaveLength(2));
    const items = screen.getAllByTestId('history-item').map((item) => item.textContent);
    expect(items[0]).toMatch(/rating: 4 stars.*Study PC\u2069, /s);
    expect(items[1]).toMatch(/Added to the library/);
    // What is done while it is open appears in it.
    await backend.edit(openId(), { add_tags: ['sea'] });
    await waitFor(() => expect(screen.getAllByTestId('history-item')).toHaveLength(3));
  });
});
