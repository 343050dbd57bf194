import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import { rooms } from '../rooms';
import { Root } from '../test-app';
import { loadIdly, Room } from './room';
import { outdated } from './version';

const SCRIPT = '/assets/index-now.js';

let app: App;
let backend: MemoryBackend;
/** What the program answers to who asks for its page; null when it does not answer. */
let page: string | null;

async function open() {
  backend = new MemoryBackend({ photos: 60 });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await screen.findAllByTestId('photo-tile');
}

/** As though this room had not been loaded: as often as said here it cannot be, then it is. */
function failing(name: 'settings' | 'viewer', times: number) {
  const room = rooms[name] as Room;
  const { component } = room;
  room.component = null;
  const load = vi.spyOn(room, 'load');
  for (let count = 0; count < times; count++) load.mockRejectedValueOnce(new TypeError('no such script'));
  return () => (room.component = component);
}

let restore: (() => void) | undefined;

beforeEach(() => {
  page = `<script type="module" src="${SCRIPT}"></script>`;
  const script = document.createElement('script');
  script.type = 'module';
  script.setAttribute('src', SCRIPT);
  document.head.append(script);
  vi.spyOn(globalThis, 'fetch').mockImplementation(() =>
    page === null ? Promise.reject(new TypeError('refused')) : Promise.resolve(new Response(page)),
  );
});

afterEach(() => {
  app.stop();
  cleanup();
  restore?.();
  document.head.replaceChildren();
  vi.restoreAllMocks();
});

describe('a page that could not be loaded', () => {
  it('says so where it would be, and is tried again', async () => {
    await open();
    restore = failing('settings', 2);
    app.show({ name: 'settings' });
    expect((await screen.findByTestId('room-failed')).textContent).toContain('could not be loaded');
    // Everything around it is still there.
    expect(screen.getByTestId('search-input')).toBeTruthy();
    await fireEvent.click(screen.getByTestId('room-retry'));
    await fireEvent.click(await screen.findByTestId('room-retry'));
    await waitFor(() => expect(screen.queryByTestId('room-failed')).toBeNull());
    expect(await screen.findByTestId('settings')).toBeTruthy();
  });

  it('because Kinfolio is another one by now asks for a reload', async () => {
    await open();
    restore = failing('settings', 1);
    page = '<script type="module" src="/assets/index-later.js"></script>';
    app.show({ name: 'settings' });
    const failed = await screen.findByTestId('room-failed');
    expect(failed.dataset['kind']).toBe('outdated');
    expect(screen.getByTestId('room-reload')).toBeTruthy();
    expect(screen.queryByTestId('room-retry')).toBeNull();
  });

  it('because nobody answers comes by itself once somebody does', async () => {
    await open();
    restore = failing('settings', 1);
    page = null;
    backend.unreachable = true;
    app.show({ name: 'settings' });
    expect((await screen.findByTestId('room-failed')).dataset['kind']).toBe('unreachable');
    expect(screen.getByTestId('offline-banner')).toBeTruthy();
    backend.unreachable = false;
    expect(await screen.findByTestId('settings')).toBeTruthy();
  });
});

describe('a viewer that could not be loaded', () => {
  it('leaves the photos as they are, and is tried again from a notice', async () => {
    await open();
    restore = failing('viewer', 1);
    await fireEvent.click(screen.getAllByTestId('photo-tile')[3] as HTMLElement);
    const again = await screen.findByTestId('notice-action');
    expect(app.viewer.row).toBeNull();
    expect(screen.getAllByTestId('photo-tile').length).toBeGreaterThan(5);
    await fireEvent.click(again);
    expect(await screen.findByTestId('viewer')).toBeTruthy();
  });
});

describe('a Kinfolio that comes back', () => {
  it('as another version says that the page is to be reloaded', async () => {
    await open();
    backend.unreachable = true;
    await app.timeline.load();
    page = '<script type="module" src="/assets/index-later.js"></script>';
    backend.unreachable = false;
    await waitFor(() => expect(screen.getByTestId('notices').textContent).toContain('was updated'));
  });

  it('as the same one says nothing', async () => {
    await open();
    expect(await outdated()).toBe(false);
  });
});

describe('rooms', () => {
  it('are loaded in their order while there is nothing else to do, up to one that cannot be', async () => {
    await open();
    const loaded: string[] = [];
    const room = (name: string, fails = false) =>
      new Room(async () => {
        loaded.push(name);
        if (fails) throw new TypeError(name);
        return import('./Notices.svelte');
      });
    const here = new AbortController();
    await loadIdly([room('first'), room('second', true), room('third')], here.signal);
    expect(loaded).toEqual(['first', 'second']);
    const leaving = loadIdly([room('fourth')], here.signal);
    here.abort();
    await leaving;
    expect(loaded).toEqual(['first', 'second']);
  });
});
