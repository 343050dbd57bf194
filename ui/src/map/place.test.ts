import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';
// Rooms that are entered later come at once.
import './MapPage.svelte';
import '../selection/PlaceQuestion.svelte';
import './SmallMapPicture.svelte';

vi.mock('./atlas', () => ({ atlas: () => Promise.resolve({ land: [], borders: [], labels: [] }) }));

let app: App;

/** Opens the library and asks for the place of photos: of those of these numbers among the first. */
async function ask(chosen: (photo: { position?: number[] | null }, index: number) => boolean, most = 1) {
  const backend = new MemoryBackend({ photos: 60 });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await screen.findAllByTestId('photo-tile');
  const photos = [...backend.library.newest()].filter(chosen).slice(0, most);
  for (const { id } of photos) {
    const tile = document.querySelector(`[data-photo-id="${id}"]`);
    await fireEvent.click(tile as HTMLElement, { ctrlKey: true });
  }
  expect(app.selection.count).toBe(most);
  await fireEvent.click(screen.getByTestId('bulk-place'));
  const dialog = await screen.findByTestId('ask-place');
  return { backend, photos, dialog };
}

afterEach(() => {
  app.stop();
  cleanup();
});

const field = () => screen.getByTestId('ask-position') as HTMLInputElement;
const type = (value: string) => fireEvent.input(field(), { target: { value } });

describe('the question where photos were taken', () => {
  it('has a name for every control', async () => {
    await ask((_, index) => index < 2, 2);
    expect(screen.getByText('Where were these 2 photos taken?')).toBeTruthy();
    const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });

  it('begins where the one photo was, and takes its position away', async () => {
    const { backend, photos } = await ask(({ position }) => Boolean(position));
    const [lat = 0, lon = 0] = photos[0]?.position ?? [];
    await waitFor(() => expect(field().value).toBe(`${lat.toFixed(5)}, ${lon.toFixed(5)}`));
    expect(screen.getByTestId('map-pin')).toBeTruthy();
    await fireEvent.click(screen.getByTestId('ask-place-remove'));
    await waitFor(() => expect(screen.queryByTestId('ask-place')).toBeNull());
    expect(backend.library.photo(photos[0]?.id ?? '').position).toBeNull();
  });

  it('takes a position that is typed, and says in words what is none', async () => {
    const { backend, photos } = await ask(({ position }) => !position);
    const go = screen.getByTestId('ask-go') as HTMLButtonElement;
    expect(go.disabled).toBe(true);
    expect(screen.queryByTestId('ask-place-remove')).toBeNull();
    await type('48.8584, 200');
    expect(screen.getByTestId('ask-place-fault').textContent).toBe('');
    await fireEvent.change(field());
    expect(screen.getByTestId('ask-place-fault').textContent).toContain('The longitude lies between');
    expect(field().getAttribute('aria-invalid')).toBe('true');
    await type('48° 51′ 30.24″ N, 2° 17′ 40.2″ E');
    expect(screen.getByTestId('ask-place-fault').textContent).toBe('');
    await fireEvent.click(go);
    await waitFor(() => expect(screen.queryByTestId('ask-place')).toBeNull());
    expect(backend.library.photo(photos[0]?.id ?? '').position).toEqual([48.8584, 2.2945]);
  });

  it('takes a click on the map, and Enter in its middle', async () => {
    const { dialog } = await ask(({ position }) => !position);
    const map = within(dialog).getByTestId('map');
    await fireEvent.pointerDown(map, { clientX: 600, clientY: 400, button: 0 });
    await fireEvent.pointerUp(window, { clientX: 600, clientY: 400 });
    await fireEvent.click(map, { clientX: 600, clientY: 400 });
    const clicked = field().value;
    expect(clicked).toMatch(/^-?\d+\.\d{5}, -?\d+\.\d{5}$/);
    map.focus();
    await fireEvent.keyDown(map, { key: 'ArrowRight' });
    await fireEvent.keyDown(map, { key: 'Enter' });
    const [, before] = clicked.split(', ').map(Number);
    const [, after] = field().value.split(', ').map(Number);
    expect(after).toBeGreaterThan(before ?? 0);
    expect((screen.getByTestId('ask-go') as HTMLButtonElement).disabled).toBe(false);
  });

  it('sets no pin where a drag ends', async () => {
    const { dialog } = await ask(({ position }) => !position);
    const map = within(dialog).getByTestId('map');
    await fireEvent.pointerDown(map, { clientX: 600, clientY: 400, button: 0 });
    await fireEvent.pointerMove(window, { clientX: 700, clientY: 400 });
    await fireEvent.pointerUp(window, { clientX: 700, clientY: 400 });
    await fireEvent.click(map, { clientX: 700, clientY: 400 });
    expect(field().value).toBe('');
  });
});

describe('the small map', () => {
  it('shows where a photo was taken, and leads to the map there', async () => {
    const backend = new MemoryBackend({ photos: 60 });
    app = new App(backend);
    render(Root, { app });
    await app.check();
    await screen.findAllByTestId('photo-tile');
    const photo = [...backend.library.newest()].find(({ position }) => position);
    await fireEvent.click(document.querySelector(`[data-photo-id="${photo?.id}"]`) as HTMLElement);
    const small = await screen.findByTestId('small-map');
    expect(await within(small.parentElement as HTMLElement).findByTestId('map-pin')).toBeTruthy();
    await fireEvent.click(small);
    expect(screen.queryByTestId('viewer')).toBeNull();
    expect(await screen.findByTestId('map-page')).toBeTruthy();
    const { x } = app.map.viewport.view;
    expect(x * 360 - 180).toBeCloseTo(photo?.position?.[1] ?? NaN, 4);
  });
});
