import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';

let app: App | undefined;

const DAY_MS = 24 * 3_600_000;

async function open(reachable: boolean, seenMsAgo = 2 * DAY_MS): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 12, devices: 3 });
  const last_seen = new Date(Date.now() - seenMsAgo).toISOString();
  for (const number of [1, 2]) backend.others.set(number, { reachable, pending: 2, last_seen });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await fireEvent.click(await screen.findByTestId('ledger-line'));
  await screen.findByTestId('household');
  return backend;
}

/** Lets the others be away for a while, and opens the page that it leads to. */
async function openRecover(): Promise<MemoryBackend> {
  const backend = await open(false);
  expect(screen.queryByTestId('recover-open')).toBeNull();
  const later = Date.now() + 60_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
  await fireEvent.click(await screen.findByTestId('recover-open', {}, { timeout: 5000 }));
  await screen.findByTestId('recover');
  return backend;
}

async function type(name: string): Promise<void> {
  await fireEvent.input(screen.getByLabelText(/type the name of the household/), { target: { value: name } });
}

afterEach(() => {
  vi.restoreAllMocks();
  app?.stop();
  cleanup();
});

describe('a lost majority', () => {
  it('is gone on without once the household was named', async () => {
    const backend = await openRecover();
    const page = screen.getByTestId('recover');
    expect(screen.getAllByTestId('recover-missed').map((one) => one.textContent)[1]).toMatch(
      /Kitchen laptop.*2 edits waited there/s,
    );
    expect(page.textContent).toMatch(/unsent edits come back.*newest block differs.*a person has to decide/s);
    const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map((one) => one.id)).toEqual([]);
    const go = screen.getByTestId<HTMLButtonElement>('recover-go');
    expect(go.disabled).toBe(true);
    await type('The Mullers');
    expect(go.disabled).toBe(true);
    await type('The Millers');
    await fireEvent.click(go);
    await waitFor(() => expect(screen.queryByTestId('recover')).toBeNull());
    expect(screen.getByTestId('notices').textContent).toContain('from block 38');
    expect(backend.others.at(1).role).toBe('observer');
    await waitFor(() => expect(screen.queryByTestId('recover-open')).toBeNull());
  });

  it('that is none any more says so and changes nothing', async () => {
    const backend = await openRecover();
    backend.others.fault = new BackendError('quorum', 'enough devices are within reach', { status: 409 });
    await type('The Millers');
    await fireEvent.click(screen.getByTestId('recover-go'));
    const fault = await screen.findByTestId('recover-fault');
    expect(fault.textContent).toContain('Nothing was changed: enough devices are within reach');
    expect(backend.others.at(1).role).toBe('voter');
  });

  it('is not spoken of on the day on which the others were seen, and is on the next', async () => {
    await open(false, DAY_MS / 2);
    const clock = vi.spyOn(Date, 'now');
    const passed = async (ms: number) => {
      clock.mockReturnValue(new Date().getTime() + ms);
      const shown = app?.household.now;
      await waitFor(() => expect(app?.household.now).not.toBe(shown), { timeout: 5000 });
    };
    await passed(60_000);
    expect(screen.queryByTestId('recover-open')).toBeNull();
    await passed(DAY_MS);
    expect(await screen.findByTestId('recover-open')).toBeTruthy();
  });

  it('is not spoken of while a majority is there', async () => {
    await open(true);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await app?.check();
    expect(screen.queryByTestId('recover-open')).toBeNull();
  });
});
