import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';

const KEY = 'kinfolio-key1qqqqwrs4 rs3j5vfc8ary64zmvf\n5hqam7skxf8x4p4zhmd0wye0fdj7regk8';

let app: App | undefined;

async function openDoor(): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 12, library: false });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await fireEvent.click(await screen.findByTestId('door-restore'));
  return backend;
}

async function restore(key = KEY): Promise<void> {
  await fireEvent.input(screen.getByLabelText('Address of the bucket'), { target: { value: 's3://home' } });
  await fireEvent.input(screen.getByLabelText('Recovery key'), { target: { value: key } });
  await fireEvent.click(screen.getByRole('button', { name: 'Bring everything back' }));
}

async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

afterEach(() => {
  app?.stop();
  cleanup();
});

describe('bringing everything back', () => {
  it('shows how far it is, what was not taken, and then the library', async () => {
    const backend = await openDoor();
    expect(document.activeElement).toBe(screen.getByLabelText('Address of the bucket'));
    expect(await faults()).toEqual([]);
    backend.others.restoringSteps = 1000;
    await restore();
    const progress = await screen.findByTestId('restore-progress');
    await waitFor(() => expect(progress.textContent).toContain('204 blocks'));
    expect(await faults()).toEqual([]);
    backend.others.restoringSteps = 0;
    const restored = await screen.findByTestId('restored');
    expect(restored.textContent).toContain('The Millers\u2069 is back');
    expect(screen.getByTestId('restored-others').textContent).toContain('left at block 12');
    await fireEvent.click(screen.getByTestId('restored-open'));
    expect(await screen.findByTestId('ledger-line')).toBeTruthy();
  });

  it('can be stopped, and keeps what was typed', async () => {
    const backend = await openDoor();
    backend.others.restoringSteps = 1000;
    await restore();
    await fireEvent.click(await screen.findByTestId('restore-stop'));
    expect((await screen.findByTestId('restore-fault')).textContent).toContain('begin again');
    expect(screen.getByLabelText<HTMLInputElement>('Address of the bucket').value).toBe('s3://home');
  });

  it('that a page before this one began goes on being shown, to its end', async () => {
    const backend = await openDoor();
    backend.others.restoringSteps = 3;
    await fireEvent.click(screen.getByTestId('door-start'));
    await fireEvent.click(screen.getByTestId('door-restore'));
    await screen.findByTestId('restore-progress');
    backend.others.restoringSteps = null;
    await waitFor(() => expect(screen.queryByTestId('restore-progress')).toBeNull());
  });

  const CASES: [string, 'Address of the bucket' | 'Recovery key' | 'Name of this device', RegExp][] = [
    ['bad_key', 'Recovery key', /typing mistake/],
    ['wrong_key', 'Recovery key', /another household/],
    ['no_ledger', 'Address of the bucket', /holds no ledger/],
    ['bucket_address', 'Address of the bucket', /not the address of a bucket/],
    ['bucket_missing', 'Address of the bucket', /no such bucket/],
    ['bucket_unreachable', 'Address of the bucket', /does not answer/],
    ['bucket_credentials', 'Address of the bucket', /refuses the credentials.*AWS_/],
    ['bad_name', 'Name of this device', /name cannot be used/],
    ['disk_full', 'Address of the bucket', /no room left/],
    ['bucket', 'Address of the bucket', /Nothing was restored: it broke/],
  ];
  for (const [code, label, words] of CASES) {
    it(`says beside the field what ${code} means`, async () => {
      const backend = await openDoor();
      backend.others.fault = new BackendError(code, 'it broke', { status: 503 });
      await restore();
      const fault = await screen.findByTestId('restore-fault');
      expect(fault.textContent).toMatch(words);
      await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText(label)));
    });
  }

  it('asks nobody about what is no key', async () => {
    await openDoor();
    await restore('kinfolio1 an invitation');
    expect((await screen.findByTestId('restore-fault')).textContent).toContain('begins with kinfolio-key1');
  });

  it('takes the key from a file', async () => {
    await openDoor();
    const chooser = document.querySelector<HTMLInputElement>('input[name=key-file]');
    if (!chooser) throw new Error('there is no chooser');
    // jsdom's files cannot be read as text.
    const file = Object.assign(new File([KEY], 'key.txt'), { text: () => Promise.resolve(`${KEY}\n`) });
    Object.defineProperty(chooser, 'files', { value: [file] });
    await fireEvent.change(chooser);
    await waitFor(() => expect(screen.getByLabelText<HTMLTextAreaElement>('Recovery key').value).toBe(KEY));
  });
});

describe('the door to join', () => {
  it('begins with the invitation', async () => {
    await openDoor();
    await fireEvent.click(screen.getByTestId('door-join'));
    expect(document.activeElement).toBe(screen.getByLabelText('Invitation'));
  });
});
