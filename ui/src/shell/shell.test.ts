import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { App, setApp } from '../app.svelte';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import type { Manners } from '../backend/shell';
import { Root } from '../test-app';
import ShellSettings from './ShellSettings.svelte';

let app: App | undefined;

async function open(options: MemoryOptions = {}, manners: Partial<Manners> = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 40, ...options });
  backend.shell.be(manners);
  app = new App(backend);
  render(Root, { app });
  await app.check();
  return backend;
}

/** What stands in the tray. */
function said({ shell }: MemoryBackend): string[] {
  return (shell.tray?.lines ?? []).flatMap((line) => (line === 'separator' ? [] : [line.text]));
}

afterEach(() => {
  localStorage.clear();
  app?.stop();
  cleanup();
});

async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

describe('the menu', () => {
  it('opens pages, also from an open photo', async () => {
    const { shell } = await open();
    await fireEvent.click((await screen.findAllByTestId('photo-tile'))[0] as HTMLElement);
    await screen.findByTestId('viewer');
    shell.choose('go.household');
    await screen.findByTestId('household');
    expect(screen.queryByTestId('viewer')).toBeNull();
  });

  it('selects in the grid and gives up the selection', async () => {
    const { shell } = await open();
    await screen.findAllByTestId('photo-tile');
    shell.choose('select.all');
    await waitFor(() => expect(app?.selection.count).toBe(40));
    shell.choose('select.none');
    await waitFor(() => expect(app?.selection.count).toBe(0));
  });

  it('makes photos larger and smaller', async () => {
    const { shell } = await open();
    await screen.findAllByTestId('photo-tile');
    const before = app?.zoom.scale ?? 0;
    shell.choose('grid.larger');
    expect(app?.zoom.scale).toBeGreaterThan(before);
    shell.choose('grid.smaller');
    expect(app?.zoom.scale).toBe(before);
  });

  it('is about the text where somebody types', async () => {
    const { shell } = await open();
    await screen.findAllByTestId('photo-tile');
    const field = screen.getByTestId<HTMLInputElement>('search-input');
    field.focus();
    await fireEvent.input(field, { target: { value: 'tag:sea' } });
    shell.choose('select.all');
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, 7]);
    expect(app?.selection.count).toBe(0);
  });

  it('leaves a dialog alone', async () => {
    const { shell } = await open();
    shell.choose('keys');
    await screen.findByTestId('keys');
    shell.choose('go.household');
    expect(app?.navigation.page.name).toBe('photos');
  });

  it('tells which Kinfolio this is', async () => {
    const { shell } = await open({ library: false });
    shell.choose('about');
    expect((await screen.findByTestId('about-version')).textContent.trim()).toBe('Version 0.1.0');
    expect(await faults()).toEqual([]);
  });

  it('offers commands once there is a library', async () => {
    const { shell } = await open({ library: false });
    const undo = () =>
      shell.menu.flatMap(({ lines }) => lines).find((line) => line !== 'separator' && line.id === 'undo');
    await waitFor(() => expect(undo()).toMatchObject({ enabled: false }));
    await app?.startHousehold('The Millers', 'Study PC');
    await waitFor(() => expect(undo()).toMatchObject({ enabled: true }));
  });
});

describe('the window', () => {
  it('is called after the household', async () => {
    const { shell } = await open({ library: false });
    await waitFor(() => expect(shell.title).toBe('Kinfolio'));
    await app?.startHousehold('The Müllers', 'Study PC');
    await waitFor(() => expect(shell.title).toBe('The Müllers – Kinfolio'));
  });

  it('has its own keys, where somebody types too', async () => {
    const { shell } = await open();
    const field = await screen.findByTestId('search-input');
    await fireEvent.keyDown(field, { key: 'F11' });
    expect(shell.fullscreen).toBe(true);
    await fireEvent.keyDown(field, { key: 'w', ctrlKey: true });
    expect(shell.window).toBe('closed');
  });

  const starts: [string, Partial<Manners>, boolean, string][] = [
    ['as always', {}, true, 'shown'],
    ['in the tray', { background: true }, true, 'shown'],
    ['minimised, where it is not kept there', { background: true }, false, 'minimised'],
    ['minimised without a tray', { background: true, tray: false }, true, 'minimised'],
  ];
  for (const [name, manners, kept, window] of starts) {
    it(`starts ${name}`, async () => {
      localStorage.setItem('kinfolio.shell.kept', String(kept));
      const { shell } = await open({}, manners);
      await waitFor(() => expect(app?.shell?.manners).not.toBeNull());
      expect([shell.kept, shell.window]).toEqual([kept, window]);
    });
  }
});

describe('the tray', () => {
  it('says how the household stands', async () => {
    const backend = await open({ devices: 3 });
    await waitFor(() => expect(said(backend)[0]).toBe('All 3 devices agree'));
    backend.others.set(1, { reachable: false });
    backend.others.set(2, { reachable: false });
    await waitFor(() => expect(said(backend)[0]).toMatch(/devices within reach/), { timeout: 40_000 });
  });

  it('is not there without a tray', async () => {
    const backend = await open({}, { tray: false });
    await screen.findAllByTestId('photo-tile');
    expect(backend.shell.tray).toBeNull();
  });

  it('shows how far an import is, no more often than once a second', async () => {
    const backend = await open();
    await waitFor(() => expect(backend.shell.tray).not.toBeNull());
    const before = backend.shell.trayShown;
    await app?.imports.startPaths(['/home/anna/Pictures']);
    await waitFor(() => expect(said(backend)[1]).toMatch(/^Import: \d+ of 40$/), { timeout: 40_000 });
    await waitFor(() => expect(said(backend)[1]).toBe('Show Kinfolio'), { timeout: 40_000 });
    // 40 files were told of one by one.
    expect(backend.shell.trayShown - before).toBeLessThan(10);
  });

  it('shows the window and ends the app', async () => {
    const backend = await open();
    await waitFor(() => expect(backend.shell.tray).not.toBeNull());
    backend.shell.window = 'minimised';
    backend.shell.chooseInTray('show');
    await waitFor(() => expect(backend.shell.window).toBe('shown'));
    backend.shell.chooseInTray('window.quit');
    await waitFor(() => expect(backend.shell.window).toBe('ended'));
  });
});

describe('notifications', () => {
  async function imported(backend: MemoryBackend): Promise<void> {
    await app?.imports.startPaths(['/home/anna/Pictures']);
    await waitFor(() => expect(app?.imports.job?.state).toBe('done'), { timeout: 40_000 });
    await waitFor(() => expect(backend.library.total()).toBeGreaterThan(40));
  }

  const receipt = { title: 'Import finished', body: '32 added + 5 duplicates + 3 rejected = 40 found' };

  it('tell of an import that is over, once, to whoever looks elsewhere', async () => {
    const backend = await open();
    backend.shell.focused = false;
    await imported(backend);
    await waitFor(() => expect(backend.shell.notifications).toEqual([receipt]));
    await app?.imports.resume();
    expect(backend.shell.notifications).toEqual([receipt]);
  });

  it('tell nothing that the window shows, and nothing that is not wished', async () => {
    const backend = await open({ devices: 2 });
    await imported(backend);
    app?.shell?.wishNotices(false);
    backend.shell.focused = false;
    backend.others.set(1, { disk_full: true });
    await imported(backend);
    await waitFor(() => expect(app?.ledger?.members[1]?.disk_full).toBe(true), { timeout: 40_000 });
    expect(backend.shell.notifications).toEqual([]);
  });

  it('tell each trouble once, and again when it is back', async () => {
    const backend = await open({ devices: 2 });
    const titles = () => backend.shell.notifications.map(({ title }) => title);
    const full = async (disk_full: boolean) => {
      backend.others.set(1, { disk_full });
      await waitFor(() => expect(app?.ledger?.members[1]?.disk_full).toBe(disk_full), { timeout: 40_000 });
    };
    await full(true);
    await waitFor(() => expect(titles()).toEqual(['⁨Kitchen laptop⁩ is full']));
    backend.others.set(1, { free_bytes: 12 });
    await waitFor(() => expect(app?.ledger?.members[1]?.free_bytes).toBe(12), { timeout: 40_000 });
    expect(titles()).toHaveLength(1);
    await full(false);
    await full(true);
    await waitFor(() => expect(titles()).toHaveLength(2));
  });
});

describe('files that were handed over', () => {
  it('are imported once there is a library', async () => {
    const backend = await open({ library: false });
    backend.shell.hand({ paths: ['/home/anna/Pictures'], missing: [] });
    await app?.startHousehold('The Millers', 'Study PC');
    const receipt = await screen.findByTestId('import-receipt', {}, { timeout: 40_000 });
    expect(receipt.textContent).toContain('= 40 found');
  });

  it('are imported while the library is open; what is not there is named', async () => {
    const backend = await open();
    const missing = ['/a.jpg', '/b.jpg', '/c.jpg', '/d.jpg', '/e.jpg'];
    backend.shell.hand({ paths: ['/home/anna/Pictures'], missing });
    await screen.findByTestId('import-panel');
    expect(app?.notices.map(({ text }) => text)).toEqual([
      '5 items were not imported, because they are not there: ⁨/a.jpg⁩, ⁨/b.jpg⁩, ⁨/c.jpg⁩, and 2 more',
    ]);
  });
});

describe('the settings', () => {
  async function settings(manners: Partial<Manners> = {}): Promise<MemoryBackend> {
    const backend = new MemoryBackend({ photos: 4 });
    backend.shell.be(manners);
    app = new App(backend);
    app.shell?.start();
    const made = app;
    const Within = (...[anchor]: Parameters<typeof ShellSettings>) => {
      setApp(made);
      return ShellSettings(anchor, {});
    };
    render(Within as typeof ShellSettings);
    await screen.findByTestId('shell-login');
    return backend;
  }

  const box = (name: string) => screen.getByLabelText<HTMLInputElement>(name);

  it('are carried out', async () => {
    const backend = await settings();
    await fireEvent.click(box('Start at login'));
    await waitFor(async () => expect((await backend.shell.manners()).at_login).toBe(true));
    await waitFor(() => expect(box('Keep running in the tray').disabled).toBe(false));
    await fireEvent.click(box('Keep running in the tray'));
    await waitFor(() => expect(backend.shell.kept).toBe(true));
    expect(localStorage.getItem('kinfolio.shell.kept')).toBe('true');
    await waitFor(() => expect(box('Notifications').disabled).toBe(false));
    await fireEvent.click(box('Notifications'));
    expect(app?.shell?.notices).toBe(false);
    await fireEvent.click(box('Offer Kinfolio for photos in the file manager'));
    await waitFor(async () => expect((await backend.shell.manners()).open_with).toBe(true));
    expect(await faults()).toEqual([]);
  });

  it('show what is so when a wish failed', async () => {
    const backend = await settings();
    backend.shell.fault = '/home/anna/.config/autostart: no space is left';
    await fireEvent.click(box('Start at login'));
    expect((await screen.findByTestId('shell-fault')).textContent).toContain('no space is left');
    await waitFor(() => expect(box('Start at login').checked).toBe(false));
    expect(await faults()).toEqual([]);
  });

  it('say where there is no tray', async () => {
    await settings({ tray: false });
    expect(screen.getByText(/This desktop has no tray/)).toBeTruthy();
  });
});
