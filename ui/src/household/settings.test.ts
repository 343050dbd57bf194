import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import type { BucketState } from '../backend/types';
import { Texts } from '../i18n/i18n';
import { Root } from '../test-app';
import { interval, intervals, standing } from './bucket';
import { fileName, grouped } from './key';

let app: App | undefined;

async function openHousehold(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 12, ...options });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await fireEvent.click(await screen.findByTestId('ledger-line'));
  await screen.findByTestId('household-settings');
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

async function setBucket(address: string): Promise<void> {
  await fireEvent.click(screen.getByTestId('change-bucket'));
  await fireEvent.input(await screen.findByLabelText('Address of the bucket'), {
    target: { value: address },
  });
  await fireEvent.click(screen.getByTestId('bucket-save'));
}

describe('a card', () => {
  it('says what waits on a device, what it holds and how much room it has', async () => {
    const backend = await openHousehold({ devices: 2 });
    backend.others.set(1, { pending: 14, originals: 1203, free_bytes: 2_100_000_000 });
    await app?.check();
    const cards = screen.getAllByTestId('device-card').map((one) => within(one));
    expect(cards[0]?.getByTestId('device-free').textContent).toBe('412 GB');
    await waitFor(() => expect(cards[1]?.getByTestId('device-pending').textContent.trim()).toBe('14'));
    expect(cards[1]?.getByTestId('device-originals').dataset['count']).toBe('1203');
    expect(cards[1]?.getByTestId('device-free').textContent).toBe('2.1 GB');
  });

  it('says so of a device whose disk is full, and of a clock that is off', async () => {
    const backend = await openHousehold({ devices: 2 });
    backend.others.set(1, { disk_full: true, clock_ahead_seconds: 365 * 86_400 });
    await app?.check();
    const card = within(screen.getAllByTestId('device-card')[1] as HTMLElement);
    await waitFor(() => expect(card.getByTestId('device-full').textContent).toContain('disk is full'));
    expect(card.getByTestId('device-clock').textContent).toContain('365 days ahead');
    expect(await faults()).toEqual([]);
  });

  it('says so where a device has told nothing yet', async () => {
    const backend = await openHousehold({ devices: 2 });
    backend.others.set(1, { originals: null, free_bytes: null });
    await app?.check();
    const card = within(screen.getAllByTestId('device-card')[1] as HTMLElement);
    await waitFor(() => expect(card.getByTestId('device-free').textContent).toBe('Nothing heard yet'));
    expect(card.queryByTestId('device-originals')).toBeNull();
  });
});

describe('the bucket', () => {
  const told: BucketState = {
    bucket: 's3://a',
    encrypted: false,
    votes: false,
    waiting: 0,
    stored: 0,
    failed: 0,
  };
  const STANDINGS: [Partial<BucketState>, string][] = [
    [{}, 'looking'],
    [{ blocks: 4, blocks_behind: 0 }, 'well'],
    [{ blocks: 4, blocks_behind: 2 }, 'behind'],
    [{ blocks: 4, blocks_behind: 0, waiting: 7 }, 'behind'],
    [{ blocks: 4, blocks_behind: 0, waiting: null }, 'looking'],
    [{ blocks: 4, blocks_behind: 0, trouble: 'it is full' }, 'trouble'],
  ];
  for (const [more, expected] of STANDINGS) {
    it(`is ${expected} with ${JSON.stringify(more)}`, () => {
      expect(standing({ ...told, ...more })).toBe(expected);
    });
  }

  it('is set up, with a card of its own from then on', async () => {
    const backend = await openHousehold();
    expect(screen.getByTestId('agreed-bucket').textContent).toContain('None');
    expect(screen.queryByTestId('bucket-card')).toBeNull();
    await fireEvent.click(screen.getByTestId('change-bucket'));
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByRole('checkbox'));
    await fireEvent.input(screen.getByLabelText('Address of the bucket'), {
      target: { value: ' s3://home ' },
    });
    await fireEvent.click(screen.getByTestId('bucket-save'));
    const after = await screen.findByTestId('bucket-after');
    await waitFor(() => expect(after.textContent).toMatch(/s3:\/\/home.* is in use/));
    expect(backend.others.agreed()).toMatchObject({ bucket: 's3://home', bucket_encrypted: true });
    await fireEvent.click(screen.getByTestId('bucket-done'));
    expect(screen.getByTestId('agreed-bucket').textContent).toMatch(/s3:\/\/home\s+·\s+encrypted/);
    const card = within(screen.getByTestId('bucket-card'));
    expect(card.getByTestId('bucket-ledger').textContent).toContain('up to date');
    expect(card.getByTestId('bucket-originals').textContent.trim()).toBe('1,204');
    expect(await faults()).toEqual([]);
  });

  it('that holds data of the other kind is refused beside the tick', async () => {
    const backend = await openHousehold();
    await setBucket('s3://home');
    await fireEvent.click(await screen.findByTestId('bucket-done'));
    backend.others.bucketHolds = 'plain';
    await fireEvent.click(screen.getByTestId('change-bucket'));
    await fireEvent.click(screen.getByRole('checkbox'));
    await fireEvent.click(screen.getByTestId('bucket-save'));
    const fault = await screen.findByTestId('bucket-unfit');
    expect(fault.textContent).toContain('Take a new, empty place');
    expect(backend.others.agreed().bucket_encrypted).toBe(false);
    expect(await faults()).toEqual([]);
  });

  it('with an address that is none is refused beside the field', async () => {
    await openHousehold();
    await setBucket('ftp://home');
    const fault = await screen.findByTestId('bucket-fault');
    expect(fault.textContent).toContain('begin it with file:///');
    expect(document.activeElement).toBe(screen.getByLabelText('Address of the bucket'));
  });

  it('that does not answer is saved, and says what is wrong', async () => {
    const backend = await openHousehold();
    backend.others.bucket = { trouble: 'the bucket s3://away does not answer' };
    await setBucket('s3://away');
    const after = await screen.findByTestId('bucket-after');
    await waitFor(() => expect(after.dataset['standing']).toBe('trouble'));
    expect(after.textContent).toContain('does not answer');
    expect(screen.getByTestId('bucket-card').dataset['standing']).toBe('trouble');
    await fireEvent.click(screen.getByTestId('bucket-again'));
    expect(screen.getByLabelText<HTMLInputElement>('Address of the bucket').value).toBe('s3://away');
  });

  it('is given up without anything being deleted', async () => {
    const backend = await openHousehold();
    await setBucket('s3://home');
    await fireEvent.click(await screen.findByTestId('bucket-done'));
    await fireEvent.click(screen.getByTestId('change-bucket'));
    expect(screen.getByTestId('bucket-dialog').textContent).toContain('nothing is deleted');
    await fireEvent.click(screen.getByTestId('bucket-none'));
    await waitFor(() => expect(screen.queryByTestId('bucket-dialog')).toBeNull());
    expect(backend.others.agreed().bucket).toBeNull();
    expect(screen.queryByTestId('bucket-card')).toBeNull();
  });

  it('waits for other devices where they are needed', async () => {
    const backend = await openHousehold({ devices: 2 });
    backend.others.set(1, { reachable: false });
    await setBucket('s3://home');
    expect((await screen.findByTestId('bucket-after')).textContent).toContain('waits until');
  });
});

describe("the bucket's vote", () => {
  it('is given and taken back, where the bucket can vote', async () => {
    const backend = await openHousehold();
    expect(screen.queryByTestId('bucket-vote')).toBeNull();
    await setBucket('s3://home');
    await fireEvent.click(await screen.findByTestId('bucket-done'));
    await fireEvent.click(await screen.findByTestId('bucket-vote'));
    await waitFor(() => expect(backend.others.agreed().bucket_voter).toBe(true));
    await waitFor(() =>
      expect(screen.getByTestId('household-settings').textContent).toContain('The bucket votes'),
    );
    await fireEvent.click(screen.getByTestId('bucket-vote'));
    await waitFor(() => expect(backend.others.agreed().bucket_voter).toBe(false));
  });

  it('cannot be given to a plain folder', async () => {
    await openHousehold();
    await setBucket('file:///mnt/nas');
    await fireEvent.click(await screen.findByTestId('bucket-done'));
    expect(screen.queryByTestId('bucket-vote')).toBeNull();
  });
});

describe('the time between two checks', () => {
  it('is chosen, and in force at once', async () => {
    const backend = await openHousehold();
    const select = screen.getByTestId<HTMLSelectElement>('scrub-every');
    expect(select.selectedOptions[0]?.textContent).toMatch(/Every .*30 days/);
    await fireEvent.change(select, { target: { value: '7d' } });
    await waitFor(() => expect(backend.others.agreed().scrub_every).toBe('7d'));
    await waitFor(() => expect(select.value).toBe('7d'));
  });

  it('stays what it is when it cannot be changed', async () => {
    const backend = await openHousehold();
    const select = screen.getByTestId<HTMLSelectElement>('scrub-every');
    backend.others.fault = new BackendError('disk_full', 'no room', { status: 507 });
    await fireEvent.change(select, { target: { value: '7d' } });
    await waitFor(() =>
      expect(screen.getByTestId('household-settings').textContent).toContain('was not changed: no room'),
    );
    expect(select.value).toBe('30d');
  });

  it('after which a silent device stops counting is chosen as well, or never', async () => {
    const backend = await openHousehold();
    const select = screen.getByTestId<HTMLSelectElement>('prune-after');
    expect(select.selectedOptions[0]?.textContent).toMatch(/After .*30 days/);
    await fireEvent.change(select, { target: { value: 'never' } });
    await waitFor(() => expect(backend.others.agreed().prune_after).toBe('never'));
    await waitFor(() => expect(select.selectedOptions[0]?.textContent).toBe('Never'));
    expect(screen.getByTestId<HTMLSelectElement>('scrub-every').value).toBe('30d');
  });

  it('is said in words, whatever was agreed upon elsewhere', () => {
    const words = new Texts(['en']);
    expect(['30d', '12h', '1d', '90s'].map((span) => interval(span, words))).toEqual([
      '30 days',
      '12 hours',
      '1 day',
      '90s',
    ]);
    expect(intervals('30d')).toHaveLength(4);
    expect(intervals('12h')[0]).toBe('12h');
  });
});

describe('the recovery key', () => {
  async function show(options: MemoryOptions = {}): Promise<MemoryBackend> {
    const backend = await openHousehold(options);
    await fireEvent.click(screen.getByTestId('show-key'));
    const dialog = await screen.findByTestId('key-dialog');
    expect(dialog.textContent).toMatch(/Whoever has both.*can read everything/s);
    expect(screen.queryByTestId('recovery-key')).toBeNull();
    await fireEvent.click(screen.getByTestId('key-show'));
    return backend;
  }

  it('is shown once it was said what it is, and saved where one likes', async () => {
    const backend = await show();
    const key = await screen.findByTestId('recovery-key');
    expect(key.dataset['key']).toMatch(/^kinfolio-key1.{59}$/);
    expect(key.textContent).toBe(key.dataset['key']);
    expect(screen.getByAltText('The recovery key as a QR code')).toBeTruthy();
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('key-save'));
    await screen.findByTestId('key-saved');
    expect(backend.savedTo).toBe('/home/anna/Kinfolio recovery key The Millers.txt');
  });

  it('is not shown on another machine, and it is said where it is', async () => {
    const backend = await openHousehold({ desktop: false });
    await fireEvent.click(screen.getByTestId('show-key'));
    backend.others.fault = new BackendError('not_this_machine', 'elsewhere', { status: 403 });
    await fireEvent.click(await screen.findByTestId('key-show'));
    expect((await screen.findByTestId('key-fault')).textContent).toContain('on the machine itself');
    expect(screen.queryByTestId('recovery-key')).toBeNull();
  });

  it('is grouped so that nothing of it is lost', () => {
    const key = `kinfolio-key1${'qpzry9x8gf2tvdw0s3jn54khce6mua7l'.repeat(2).slice(0, 59)}`;
    expect(grouped(key)[0]).toBe('kinfolio-key1');
    expect(grouped(key).join('')).toBe(key);
    expect(grouped('something else').join('')).toBe('something else');
  });

  it('gets a file name that every disk takes', () => {
    expect(fileName('Key', 'A/B: "C"\u0007')).toBe('Key A B C.txt');
    expect(fileName('Key', 'x'.repeat(300))).toHaveLength(104);
  });
});
