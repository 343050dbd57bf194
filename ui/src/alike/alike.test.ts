import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import { texts } from '../i18n/i18n';
import { Root } from '../test-app';

let app: App | undefined;

async function open(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 130, ...options });
  app = new App(backend);
  app.show({ name: 'alike' });
  render(Root, { app });
  await app.check();
  return backend;
}

afterEach(() => {
  localStorage.clear();
  app?.stop();
  cleanup();
});

/** jsdom draws nothing, so colours are judged in a browser and everything else here. */
async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

const groups = () => screen.queryAllByTestId('alike-group');

async function first(): Promise<ReturnType<typeof within>> {
  await screen.findAllByTestId('alike-group');
  return within(groups()[0] as HTMLElement);
}

/** Id and plan of each photo of a group. */
const plans = (group: ReturnType<typeof within>): [string, string | undefined][] =>
  group
    .getAllByTestId('alike-photo')
    .map((one: HTMLElement) => [one.dataset['photoId'] ?? '', one.dataset['plan']]);

describe('photos that look alike', () => {
  it('are there or not, and it says so', async () => {
    await open({ photos: 5 });
    expect((await screen.findByTestId('alike-empty')).textContent).toContain('Nothing looks alike');
    expect(await faults()).toEqual([]);
  });

  it('are shown with the best first and with what tells them apart', async () => {
    const backend = await open();
    const group = await first();
    expect(plans(group).map(([, plan]) => plan)).toEqual(['keep', 'trash', 'trash']);
    const pixels = group.getAllByTestId('alike-pixels');
    expect(pixels[1]?.dataset['standing']).toBe('differs');
    const [id = ''] = plans(group)[0] ?? [];
    const { size } = await backend.photo(id);
    await waitFor(() =>
      expect(group.getAllByTestId('alike-size')[0]?.textContent).toContain(texts.bytes(size)),
    );
    expect(await faults()).toEqual([]);
  });

  it('become one: the others go to the trash but for what is left out, and that is taken back', async () => {
    const backend = await open();
    const group = await first();
    const before = groups().length;
    const [[kept = ''] = [], [merged = ''] = [], [left = ''] = []] = plans(group).toReversed();
    await fireEvent.click(group.getAllByTestId('alike-choose')[2] as HTMLElement);
    await fireEvent.click(group.getAllByTestId('alike-leave')[0] as HTMLElement);
    expect(plans(group).map(([, plan]) => plan)).toEqual(['leave', 'trash', 'keep']);
    const keepBest = vi.spyOn(backend, 'keepBest');
    await fireEvent.click(group.getByTestId('alike-keep'));
    await waitFor(() => expect(keepBest).toHaveBeenCalledWith(kept, [merged]));
    await waitFor(() => expect(groups()).toHaveLength(before - 1));
    expect((await backend.photo(merged)).trashed).toBe(true);
    expect((await backend.photo(left)).trashed).toBe(false);
    await fireEvent.click(await screen.findByTestId('notice-action'));
    await waitFor(async () => expect((await backend.photo(merged)).trashed).toBe(false));
    await waitFor(() => expect(groups()).toHaveLength(before), { timeout: 5000 });
  });

  it('cannot become one where every other is left out', async () => {
    await open();
    const group = await first();
    for (const box of group.getAllByTestId('alike-leave')) await fireEvent.click(box);
    expect(group.getByTestId('alike-keep')).toHaveProperty('disabled', true);
  });

  it('that are not the same are hidden on this device, until that is taken back', async () => {
    const backend = await open();
    const group = await first();
    const before = groups().length;
    const shown = plans(group);
    await fireEvent.click(group.getByTestId('alike-hide'));
    expect(groups()).toHaveLength(before - 1);
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset['testid']).toBe('alike-keep'));
    app?.stop();
    cleanup();
    app = new App(backend);
    render(Root, { app });
    await app.check();
    await waitFor(() => expect(groups()).toHaveLength(before - 1));
    expect(plans(await first())).not.toEqual(shown);
  });

  it('say why they did not become one', async () => {
    const backend = await open();
    const group = await first();
    backend.editFault = 'The disk is full.';
    await fireEvent.click(group.getByTestId('alike-keep'));
    expect((await group.findByTestId('alike-fault')).textContent).toContain('The disk is full.');
  });

  it('come page by page, all of them', async () => {
    const backend = await open({ photos: 900 });
    const { total } = await backend.alike(0, 1);
    expect(total).toBeGreaterThan(24);
    const asked = vi.spyOn(backend, 'alike');
    await waitFor(() => expect(groups()).toHaveLength(total), { timeout: 20_000 });
    expect(Math.max(...asked.mock.calls.map(([, limit]) => limit))).toBeLessThanOrEqual(12);
  });

  it('are read again when the library answers again', async () => {
    const backend = await open({ photos: 130 });
    await first();
    app?.show({ name: 'photos' });
    await screen.findByTestId('timeline');
    backend.unreachable = true;
    app?.show({ name: 'alike' });
    expect(await screen.findByTestId('alike-trouble')).toBeTruthy();
    backend.unreachable = false;
    await waitFor(() => expect(groups().length).toBeGreaterThan(0), { timeout: 8000 });
  });
});

describe('comparing two of them', () => {
  const right = () => screen.getAllByTestId('compare-photo')[1]?.dataset['photoId'];

  it('is done side by side, with keys, and another one is chosen there', async () => {
    await open();
    const group = await first();
    const [[kept] = [], [second] = [], [third] = []] = plans(group);
    await fireEvent.click(group.getAllByTestId('alike-compare')[1] as HTMLElement);
    const dialog = await screen.findByTestId('alike-dialog');
    const shown = screen.getAllByTestId('compare-photo').map((one) => one.dataset['photoId']);
    expect(shown).toEqual([kept, second]);
    expect(await faults()).toEqual([]);
    await fireEvent.keyDown(dialog, { key: 'ArrowRight' });
    expect(right()).toBe(third);
    await fireEvent.keyDown(dialog, { key: 'ArrowRight' });
    expect(right()).toBe(second);
    await fireEvent.keyDown(dialog, { key: 'ArrowLeft' });
    expect(right()).toBe(third);
    const scale = () => Number(dialog.querySelector<HTMLElement>('[data-scale]')?.dataset['scale']);
    await fireEvent.keyDown(dialog, { key: '+' });
    expect(scale()).toBe(1.5);
    await fireEvent.keyDown(dialog, { key: 'z' });
    expect(scale()).toBe(1);
    await fireEvent.click(screen.getByTestId('compare-choose'));
    expect(plans(group).map(([, plan]) => plan)).toEqual(['trash', 'trash', 'keep']);
    await fireEvent(dialog, new Event('cancel'));
    expect(screen.queryByTestId('alike-dialog')).toBeNull();
  });
});
