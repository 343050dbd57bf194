import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import { Root } from '../test-app';
// Rooms that are entered later come at once.
import './MapPage.svelte';

let app: App;

// The world itself is tested beside it; here it is an empty one.
vi.mock('./atlas', () => ({ atlas: () => Promise.resolve({ land: [], borders: [], labels: [] }) }));

async function open(options: MemoryOptions = {}, change?: (backend: MemoryBackend) => void) {
  const backend = new MemoryBackend({ photos: 300, ...options });
  change?.(backend);
  app = new App(backend);
  app.navigation.go({ name: 'map' });
  render(Root, { app });
  await app.check();
  await screen.findByTestId('map-page');
  return backend;
}

afterEach(() => {
  app.stop();
  cleanup();
  localStorage.clear();
});

async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

const clusters = () => screen.findAllByTestId('map-cluster');
const count = (element: HTMLElement | undefined) => Number(element?.dataset['count']);
const total = (elements: HTMLElement[]) => elements.reduce((sum, element) => sum + count(element), 0);
const key = (name: string, target: Element = document.body) => fireEvent.keyDown(target, { key: name });
const unplaced = async (backend: MemoryBackend) => (await backend.search('-has:gps', { limit: 1 })).total;
const placedAll = (backend: MemoryBackend, position: [number, number] | null) => {
  const ids = [...backend.library.newest()].map(({ id }) => id);
  backend.library.change(ids, { position });
};

describe('the map', () => {
  it('begins with all photos that have a place, and every control has a name', async () => {
    const backend = await open();
    const placed = (await backend.search('has:gps', { limit: 1 })).total;
    await waitFor(async () => expect(total(await clusters())).toBe(placed));
    expect(screen.getByTestId('map-page-note').textContent).toBe(`${placed} photos have a place`);
    expect(await faults()).toEqual([]);
  });

  it('shows the photos of a cluster at the side, as many as it says', async () => {
    await open();
    const [first] = await clusters();
    await fireEvent.click(first as HTMLElement);
    const side = await screen.findByTestId('map-side');
    await waitFor(() => expect(count(screen.getByTestId('map-side-count'))).toBe(count(first)));
    expect(side.dataset['query']).toMatch(/^in:/);
    expect(within(side).getAllByTestId('photo-tile').length).toBeGreaterThan(0);
    expect(first?.getAttribute('aria-pressed')).toBe('true');
    expect(await faults()).toEqual([]);
    await key('Escape', side);
    expect(screen.queryByTestId('map-side')).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('map')));
  });

  it('says which place all of them share', async () => {
    await open({}, (backend) => placedAll(backend, [48.2, 16.37]));
    const photos = [...(app.backend as MemoryBackend).library.newest()];
    const [first] = await clusters();
    expect(count(first)).toBe(photos.length);
    await fireEvent.click(first as HTMLElement);
    expect((await screen.findByTestId('map-side')).querySelector('h3')?.textContent).toBe('Photos here');
    const backend = app.backend;
    const search = backend.search.bind(backend);
    backend.search = async (query, options) => {
      const page = await search(query, options);
      const places = [{ name: 'Vienna, Austria', count: page.total }];
      return { ...page, facets: page.facets && { ...page.facets, places } };
    };
    await app.map.found.retry();
    await waitFor(() =>
      expect(screen.getByTestId('map-side').querySelector('h3')?.textContent).toBe('Vienna, Austria'),
    );
  });

  it('looks nearer with Enter on a cluster, with keys and with buttons', async () => {
    await open();
    const zoom = () => app.map.viewport.view.zoom;
    const [first] = await clusters();
    const begun = zoom();
    await key('Enter', first as HTMLElement);
    expect(zoom()).toBeGreaterThan(begun);
    expect(screen.queryByTestId('map-side')).toBeNull();
    const near = zoom();
    await key('+');
    expect(zoom()).toBeCloseTo(near + 1);
    await key('-', screen.getByTestId('map'));
    expect(zoom()).toBeCloseTo(near);
    const { x } = app.map.viewport.view;
    await key('ArrowRight');
    expect(app.map.viewport.view.x).toBeGreaterThan(x);
    await fireEvent.click(screen.getByTestId('map-world'));
    expect(zoom()).toBeLessThan(near);
    await fireEvent.click(screen.getByTestId('map-all'));
    await waitFor(() => expect(zoom()).toBeCloseTo(begun, 1));
  });

  it('opens one place where nothing nearer would show more', async () => {
    await open({}, (backend) => placedAll(backend, [48.2, 16.37]));
    const [first] = await clusters();
    await key('Enter', first as HTMLElement);
    expect(await screen.findByTestId('map-side')).toBeTruthy();
  });

  it('is where it was left, on this device', async () => {
    await open();
    await clusters();
    app.map.viewport.centre([-16.8, 179.9], 7);
    await waitFor(() => expect(localStorage.getItem('kinfolio.map.view')).toContain('7'));
    app.stop();
    cleanup();
    await open();
    await clusters();
    expect(app.map.viewport.view.zoom).toBeCloseTo(7);
    expect(app.map.viewport.view.x).toBeCloseTo((179.9 + 180) / 360);
  });

  it('finds both sides of the date line', async () => {
    const backend = await open({}, (memory) => {
      placedAll(memory, null);
      const [a, b] = [...memory.library.newest()];
      memory.library.change([a?.id ?? ''], { position: [-17, 179.99] });
      memory.library.change([b?.id ?? ''], { position: [-17, -179.99] });
    });
    expect((await clusters()).map(count)).toEqual([1, 1]);
    app.map.viewport.zoomBy(-5);
    await waitFor(async () => expect((await clusters()).map(count)).toEqual([2]));
    const [first] = await clusters();
    await fireEvent.click(first as HTMLElement);
    await waitFor(() => expect(count(screen.getByTestId('map-side-count'))).toBe(2));
    expect(await unplaced(backend)).toBe(298);
  });

  it('follows the library', async () => {
    const backend = await open();
    const before = total(await clusters());
    const { photos } = await backend.search('-has:gps', { limit: 5 });
    await backend.editMany({ ids: photos.map(({ id }) => id) }, { position: [48.2, 16.37] });
    await waitFor(async () => expect(total(await clusters())).toBe(before + 5), { timeout: 4000 });
  });
});

describe('a box', () => {
  function draw(shift: boolean) {
    const map = screen.getByTestId('map');
    const at = (x: number, y: number) => ({ clientX: x, clientY: y, button: 0, shiftKey: shift });
    return (async () => {
      await fireEvent.pointerDown(map, at(10, 10));
      await fireEvent.pointerMove(window, at(1190, 790));
      expect(screen.getByTestId('map-box')).toBeTruthy();
      await fireEvent.pointerUp(window, at(1190, 790));
    })();
  }

  it('finds what lies in it, and becomes a search', async () => {
    await open();
    await clusters();
    await fireEvent.click(screen.getByTestId('map-draw'));
    expect(screen.getByTestId('map-drawing')).toBeTruthy();
    await draw(false);
    const side = await screen.findByTestId('map-side');
    expect(side.dataset['query']).toMatch(/^in:-?[\d.]+(,-?[\d.]+){3}$/);
    await waitFor(() => expect(count(screen.getByTestId('map-side-count'))).toBeGreaterThan(0));
    expect(screen.getByTestId('map-drawn')).toBeTruthy();
    expect(screen.getByTestId('map-draw').getAttribute('aria-pressed')).toBe('false');
    await fireEvent.click(screen.getByTestId('map-side-search'));
    expect(app.search.text).toBe(side.dataset['query']);
  });

  it('is all that is seen with Enter; Escape wants none after all', async () => {
    await open();
    await clusters();
    await fireEvent.click(screen.getByTestId('map-draw'));
    expect(document.activeElement).toBe(screen.getByTestId('map'));
    await key('Escape', screen.getByTestId('map'));
    expect(screen.queryByTestId('map-drawing')).toBeNull();
    await fireEvent.click(screen.getByTestId('map-draw'));
    await key('Enter', screen.getByTestId('map'));
    const side = await screen.findByTestId('map-side');
    await waitFor(async () =>
      expect(count(screen.getByTestId('map-side-count'))).toBe(total(await clusters())),
    );
    expect(side.dataset['query']).toMatch(/^in:/);
  });

  it('is drawn with Shift at any time; without it the map moves', async () => {
    await open();
    await clusters();
    const { view } = app.map.viewport;
    await draw(true);
    expect(await screen.findByTestId('map-side')).toBeTruthy();
    expect(app.map.viewport.view).toEqual(view);
    const map = screen.getByTestId('map');
    await fireEvent.pointerDown(map, { clientX: 10, clientY: 10, button: 0 });
    await fireEvent.pointerMove(window, { clientX: 110, clientY: 10 });
    await fireEvent.pointerUp(window, { clientX: 110, clientY: 10 });
    expect(app.map.viewport.view.x).not.toBe(view.x);
  });
});

describe('photos without a place', () => {
  /** Carries the first of the list, after so many of them were selected. */
  async function carry(backend: MemoryBackend, selected: number) {
    await clusters();
    await fireEvent.click(screen.getByTestId('map-unplaced'));
    const side = await screen.findByTestId('map-side');
    await waitFor(() => expect(within(side).getAllByTestId('photo-tile').length).toBeGreaterThan(2));
    const before = await unplaced(backend);
    const tiles = within(side).getAllByTestId('photo-tile');
    for (const tile of tiles.slice(0, selected)) await fireEvent.click(tile, { ctrlKey: true });
    expect(app.selection.count).toBe(selected);
    // Nothing is laid out here: whatever is under the pointer is the map.
    document.elementFromPoint = () => screen.getByTestId('map');
    await fireEvent.pointerDown(tiles[0] as HTMLElement, { clientX: 1000, clientY: 300, button: 0 });
    await fireEvent.pointerMove(window, { clientX: 600, clientY: 400 });
    await fireEvent.pointerUp(window, { clientX: 600, clientY: 400 });
    return before;
  }

  it('are let go on the map, where they then are', async () => {
    const backend = await open();
    const before = await carry(backend, 2);
    expect(await screen.findByTestId('map-dropped')).toBeTruthy();
    await waitFor(async () => expect(await unplaced(backend)).toBe(before - 2));
    expect(app.selection.count).toBe(0);
    const [lat = 0, lon = 0] = app.map.pinnedAt ?? [];
    const { photos } = await backend.search(`in:${lat},${lon},${lat},${lon}`, { limit: 5 });
    expect(photos).toHaveLength(2);
    // The list lets them go as well.
    await waitFor(() => expect(count(screen.getByTestId('map-side-count'))).toBe(before - 2), {
      timeout: 4000,
    });
  });

  it('need not be selected to be carried one by one', async () => {
    const backend = await open();
    const before = await carry(backend, 0);
    expect(await screen.findByTestId('map-dropped')).toBeTruthy();
    await waitFor(async () => expect(await unplaced(backend)).toBe(before - 1));
    expect(app.selection.count).toBe(0);
  });

  it('stay where they were when that fails, and the pin goes', async () => {
    const backend = await open();
    backend.editFault = 'The disk is full.';
    const before = await carry(backend, 2);
    expect(await screen.findByText(/The disk is full\./)).toBeTruthy();
    expect(await unplaced(backend)).toBe(before);
    expect(app.selection.count).toBe(2);
    await waitFor(() => expect(screen.queryByTestId('map-dropped')).toBeNull());
  });

  it('are all there are at first: the map says what to do', async () => {
    await open({}, (backend) => placedAll(backend, null));
    expect((await screen.findByTestId('map-empty')).textContent).toContain('No photo has a place yet');
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('map-empty-go'));
    await waitFor(() => expect(count(screen.getByTestId('map-side-count'))).toBe(300));
    expect(screen.queryByTestId('map-empty')).toBeNull();
  });

  it('can be none', async () => {
    await open({}, (backend) => placedAll(backend, [1, 2]));
    await fireEvent.click(screen.getByTestId('map-unplaced'));
    expect((await screen.findByTestId('map-side-empty')).textContent).toContain('Every photo has a place');
  });
});

describe('trouble', () => {
  it('of a library that does not answer is over by itself', async () => {
    const backend = await open();
    const before = total(await clusters());
    backend.unreachable = true;
    app.map.viewport.pan(40, 0);
    expect(await screen.findByTestId('offline-banner')).toBeTruthy();
    expect(screen.queryByTestId('map-fault')).toBeNull();
    const unseen = [...backend.library.newest()].find(({ position }) => !position);
    backend.library.change([unseen?.id ?? ''], { position: [48.2, 16.37] });
    backend.unreachable = false;
    await waitFor(async () => expect(total(await clusters())).toBe(before + 1));
  });

  it('of the library itself is said, and tried again', async () => {
    const backend = await open();
    await clusters();
    const map = backend.map.bind(backend);
    backend.map = () => Promise.reject(new BackendError('internal', 'The index is gone.', { status: 500 }));
    app.map.viewport.pan(40, 0);
    const fault = await screen.findByTestId('map-fault');
    expect(fault.textContent).toContain('The index is gone.');
    backend.map = map;
    await fireEvent.click(within(fault).getByRole('button'));
    await waitFor(() => expect(screen.queryByTestId('map-fault')).toBeNull());
  });

  it('of the photos at the side is said there', async () => {
    const backend = await open();
    const [first] = await clusters();
    backend.search = () =>
      Promise.reject(new BackendError('internal', 'The index is gone.', { status: 500 }));
    await fireEvent.click(first as HTMLElement);
    expect((await screen.findByTestId('map-side-failed')).textContent).toContain('The index is gone.');
    expect(await faults()).toEqual([]);
  });
});
