import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import type { Kind, OwnField } from '../backend/types';
import { Root } from '../test-app';

let app: App;
let backend: MemoryBackend;

/** Opens the viewer on the first photo of this kind. */
async function open(options: MemoryOptions = {}, kind: Kind = 'photo', fields: OwnField[] = []) {
  backend = new MemoryBackend({ photos: 60, devices: 3, ...options });
  backend.others.elsewhere = () => false;
  for (const field of fields) await backend.defineField(field);
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await screen.findAllByTestId('photo-tile');
  for (const { month } of (await backend.timeline()).months) {
    await app.timeline.load();
    const row = (await backend.month(month, 0, 2000)).rows.find((one) => one.kind === kind);
    if (!row) continue;
    app.viewer.open(row, app.timeline.grid);
    break;
  }
  await screen.findByTestId('viewer');
}

afterEach(() => {
  app.stop();
  cleanup();
  vi.restoreAllMocks();
  localStorage.clear();
});

async function faults(testid = 'viewer'): Promise<string[]> {
  const { violations } = await axe.run(screen.getByTestId(testid), {
    rules: { 'color-contrast': { enabled: false } },
  });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

const openId = () => screen.getByTestId('viewer').dataset['photoId'] ?? '';
const stored = () => backend.photo(openId());
const key = (name: string, target: Element = document.body) => fireEvent.keyDown(target, { key: name });
const pressed = (testid: string) => screen.getByTestId(testid).getAttribute('aria-pressed');
const shown = () => screen.findByTestId('info-block');

describe('keys in the viewer', () => {
  it('make it a favourite and rate it at once, wherever the focus is', async () => {
    await open();
    await key('f');
    expect(pressed('viewer-favorite')).toBe('true');
    await key('4');
    expect(screen.getByTestId('viewer-rating').textContent).toContain('4');
    await waitFor(async () => expect(await stored()).toMatchObject({ favorite: true, rating: 4 }));
    await key('0');
    await key('f');
    await waitFor(async () => expect(await stored()).toMatchObject({ favorite: false, rating: 0 }));
    expect(pressed('viewer-favorite')).toBe('false');
  });

  it('go back with a reason when the library refuses, with the panel and without', async () => {
    await open();
    await shown();
    backend.editFault = 'The disk is full.';
    await key('5');
    expect(await screen.findByText('The rating was not saved: The disk is full.')).toBeTruthy();
    expect(screen.getByTestId('rating').dataset['rating']).toBe('0');
    await key('i');
    await key('f');
    const notice = await screen.findByTestId('notices');
    await waitFor(() =>
      expect(notice.textContent).toContain('The favourite was not saved: The disk is full.'),
    );
    expect(pressed('viewer-favorite')).toBe('false');
  });

  it('ask what has to be asked, and are the dialog’s meanwhile', async () => {
    await open();
    await shown();
    await key('a');
    expect(await screen.findByTestId('ask-albums')).toBeTruthy();
    await key('f');
    await key('ArrowRight');
    expect(pressed('viewer-favorite')).toBe('false');
    app.actions.dismiss();
    await waitFor(() => expect(screen.queryByTestId('ask-albums')).toBeNull());
    await key('d');
    expect(await screen.findByTestId('ask-date')).toBeTruthy();
  });

  it('lead to the tag box, with the panel if it is away', async () => {
    await open();
    await key('i');
    expect(screen.queryByTestId('info-panel')).toBeNull();
    await key('t');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('tag-input')));
    await key('f', screen.getByTestId('tag-input'));
    expect(pressed('viewer-favorite')).toBe('false');
    await key('Escape', screen.getByTestId('tag-input'));
    expect(document.activeElement).toBe(screen.getByTestId('viewer'));
  });

  it('lead to the tag box of a photo that is still on its way', async () => {
    await open();
    await waitFor(() => expect(app.viewer.next).not.toBeNull());
    let arrive = () => undefined as unknown;
    const whole = backend.photo.bind(backend);
    backend.photo = (id) => new Promise((done) => (arrive = () => done(whole(id))));
    await key('ArrowRight');
    await key('t');
    expect(screen.getByTestId('info-loading')).toBeTruthy();
    expect(screen.getByTestId('viewer-image')).toBeTruthy();
    arrive();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('tag-input')));
  });

  it('show the keyboard map, which keeps the Tab key to itself', async () => {
    await open();
    const tab = () => fireEvent.keyDown(document.body, { key: 'Tab', shiftKey: true });
    expect(await tab()).toBe(false);
    await key('?');
    expect(await screen.findByTestId('keys')).toBeTruthy();
    expect(await tab()).toBe(true);
  });

  it('go on to the next photo after the trash, and the undo brings it back', async () => {
    await open();
    await waitFor(() => expect(app.viewer.next).not.toBeNull());
    const id = openId();
    const next = app.viewer.next?.id;
    await key('Delete');
    await waitFor(() => expect(openId()).toBe(next));
    expect((await backend.photo(id)).trashed).toBe(true);
    await fireEvent.click(await screen.findByTestId('notice-action'));
    await waitFor(async () => expect((await backend.photo(id)).trashed).toBe(false));
  });
});

describe('a photo in the trash', () => {
  it('is restored where others are thrown away, and goes for good when that is agreed to', async () => {
    await open();
    await backend.edit(openId(), { trash: true });
    const id = openId();
    const restore = await screen.findByTestId('viewer-restore');
    expect(screen.queryByTestId('viewer-trash')).toBeNull();
    await key('Delete');
    expect(await screen.findByTestId('ask-purge')).toBeTruthy();
    expect(await backend.photo(id)).toMatchObject({ trashed: true, purged: false });
    app.actions.dismiss();
    await fireEvent.click(restore);
    await waitFor(async () => expect((await backend.photo(id)).trashed).toBe(false));
  });
});

describe('the information panel', () => {
  it('has a name for every control, and so has the viewer without it', async () => {
    await open({}, 'photo', [
      { name: 'Box', type: 'text' },
      { name: 'Condition', type: 'choice', choices: ['good', 'worn'] },
      { name: 'Scanned', type: 'date' },
    ]);
    await shown();
    await waitFor(() => expect(screen.getAllByTestId('own-field')).toHaveLength(3));
    await fireEvent.click(screen.getByTestId('person-add'));
    await screen.findByTestId('person-input');
    for (const details of document.querySelectorAll('details')) details.open = true;
    expect(await faults()).toEqual([]);
    await key('i');
    expect(await faults()).toEqual([]);
  });

  it('rates by its stars, and takes the rating away by the star that it is', async () => {
    await open();
    await shown();
    await fireEvent.click(screen.getByTestId('rating-3'));
    expect(screen.getByTestId('rating').dataset['rating']).toBe('3');
    await waitFor(async () => expect((await stored()).rating).toBe(3));
    await fireEvent.click(screen.getByTestId('rating-3'));
    await waitFor(async () => expect((await stored()).rating).toBe(0));
    const before = openId();
    await key('ArrowRight', screen.getByTestId('rating-3'));
    expect(openId()).toBe(before);
  });

  it('puts into albums and names people, and takes them away again', async () => {
    await open();
    await shown();
    for (const [name, list, what] of [
      ['album', 'albums', 'Summer at the lake'],
      ['person', 'people', 'Grandma Ilse'],
    ] as const) {
      await fireEvent.click(screen.getByTestId(`${name}-add`));
      const input = await screen.findByTestId(`${name}-input`);
      await fireEvent.input(input, { target: { value: what } });
      await fireEvent.keyDown(input, { key: 'Enter' });
      await waitFor(async () => expect((await stored())[list]).toContain(what));
      const label = name === 'album' ? `Take out of the album ${what}` : `${what} is not on it`;
      await fireEvent.click(screen.getByRole('button', { name: label }));
      await waitFor(async () => expect((await stored())[list]).not.toContain(what));
    }
  });

  it('asks for the date, beginning with the one that was set last', async () => {
    await open();
    await backend.edit(openId(), { taken_at: '2001-02-03T04:05:06+01:00' });
    await waitFor(() => expect(screen.getByTestId('info-date').textContent).toContain('February 3, 2001'));
    await fireEvent.click(screen.getByTestId('info-date-edit'));
    expect(await screen.findByTestId('ask-day')).toHaveProperty('value', '2001-02-03');
  });

  it('edits the household’s own fields, and says at the field what was wrong', async () => {
    await open({}, 'photo', [{ name: 'Price', type: 'number' }]);
    await shown();
    const field = await screen.findByTestId<HTMLInputElement>('own-field');
    const write = async (text: string) => {
      await fireEvent.input(field, { target: { value: text } });
      await fireEvent.blur(field);
    };
    await write('much');
    await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
    expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toMatch(
      /^Not saved: a number belongs here$/,
    );
    expect(field.value).toBe('much');
    await write('12,50');
    await waitFor(async () => expect((await stored()).fields).toEqual({ Price: '12.50' }));
    expect(field.getAttribute('aria-invalid')).toBeNull();
    await waitFor(() => expect(field.value).toBe('12.50'));
    await write('');
    await waitFor(async () => expect((await stored()).fields).toEqual({}));
  });

  it('keeps the fields that have been defined since', async () => {
    await open();
    await shown();
    expect(screen.queryByTestId('own-field')).toBeNull();
    await backend.defineField({ name: 'Box', type: 'text' });
    app.viewer.onReturn();
    expect((await screen.findByTestId('own-field')).dataset['field']).toBe('Box');
  });
});

describe('where it is', () => {
  it('names who holds the original and when that was seen, this device first', async () => {
    await open();
    await shown();
    const copies = screen.getAllByTestId('where-copy').map((copy) => copy.textContent);
    expect(copies[0]).toMatch(/Study PC.*This device.*verified/s);
    expect(screen.queryByTestId('where-away')).toBeNull();
    expect(screen.getByTestId('where-added').textContent).toMatch(/Added by .* on June 1, 2024/s);
  });

  it('says that it comes here, and that there is but one copy', async () => {
    await open();
    const whole = backend.photo.bind(backend);
    backend.photo = async (id) => {
      const photo = await whole(id);
      return { ...photo, replicas: [{ device: backend.others.at(1).id, verified_at: null }] };
    };
    await app.viewer.record?.load();
    expect((await screen.findByTestId('where-away')).textContent).toMatch(/Study PC.*Comes here/s);
    expect(screen.getByTestId('where-copy').textContent).toMatch(/Kitchen laptop.*not verified yet/s);
    expect(screen.getByTestId('where-lone').textContent).toMatch(/Only one copy/);
  });
});

describe('an original on another device', () => {
  it('is told on the stage when it is out of reach, and comes when the device is back', async () => {
    await open();
    await waitFor(() => expect(app.viewer.next).not.toBeNull());
    backend.others.elsewhere = () => true;
    for (const number of [1, 2]) backend.others.set(number, { reachable: false });
    await key('ArrowRight');
    await fireEvent.load(await screen.findByTestId('viewer-image'));
    const pill = await screen.findByTestId('original-failed');
    expect(pill.dataset['code']).toBe('original_unreachable');
    expect(pill.textContent).toMatch(/last seen just now.* within reach\.\s+The preview is shown\./);
    expect((await screen.findAllByTestId('where-seen'))[0]?.textContent).toBe('Last seen just now');
    expect(await faults()).toEqual([]);
    for (const number of [1, 2]) backend.others.set(number, { reachable: true });
    await waitFor(() => expect(app.viewer.original?.state.is).toBe('loading'));
    const original = document.querySelector('img.original');
    expect(original?.getAttribute('src')).toMatch(/^blob:/);
    await fireEvent.load(original as Element);
    expect(screen.getByTestId('viewer-image').dataset['quality']).toBe('original');
    expect(screen.queryByTestId('original-failed')).toBeNull();
  });
});

describe('trouble in the viewer', () => {
  it('of a photo that went into the trash meanwhile is said, with the way back', async () => {
    await open();
    await shown();
    const id = openId();
    await backend.edit(id, { trash: true });
    expect((await screen.findByTestId('viewer-trashed')).textContent).toContain('put into the trash');
    expect(openId()).toBe(id);
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('viewer-trashed-restore'));
    await waitFor(async () => expect((await backend.photo(id)).trashed).toBe(false));
  });

  it('of a photo that was deleted for good meanwhile is said, without a way back', async () => {
    await open();
    await shown();
    const id = openId();
    await backend.edit(id, { trash: true });
    await screen.findByTestId('viewer-restore');
    await backend.purge({ ids: [id] }, [id]);
    expect((await screen.findByTestId('viewer-gone')).textContent).toContain('deleted on all devices');
    expect(openId()).toBe(id);
    for (const testid of [
      'viewer-image',
      'viewer-restore',
      'viewer-trashed',
      'viewer-purge',
      'viewer-export',
    ])
      expect(screen.queryByTestId(testid)).toBeNull();
    expect(await faults()).toEqual([]);
  });

  it('of a photo that the library does not know is said, and over when it does', async () => {
    await open();
    const whole = backend.photo.bind(backend);
    backend.photo = () =>
      Promise.reject(new BackendError('photo_unknown', 'No such photo.', { status: 404 }));
    await app.viewer.record?.load();
    expect(await screen.findByTestId('viewer-gone')).toBeTruthy();
    backend.photo = whole;
    await backend.edit(openId(), { rating: 1 });
    await waitFor(() => expect(screen.queryByTestId('viewer-gone')).toBeNull());
  });

  it('of a backend that went away is over by itself', async () => {
    await open();
    await shown();
    await waitFor(() => expect(app.viewer.next).not.toBeNull());
    backend.unreachable = true;
    await key('ArrowRight');
    expect(await screen.findByTestId('offline-banner')).toBeTruthy();
    await fireEvent.error(screen.getByTestId('viewer-image'));
    expect(await screen.findByTestId('viewer-unshown')).toBeTruthy();
    backend.unreachable = false;
    await waitFor(() => expect(screen.queryByTestId('info-block')).toBeTruthy(), { timeout: 4000 });
    expect(await screen.findByTestId('viewer-image')).toBeTruthy();
    expect(screen.queryByTestId('offline-banner')).toBeNull();
  });

  it('of an answer that fails is tried again by a button', async () => {
    await open();
    await waitFor(() => expect(app.viewer.next).not.toBeNull());
    const whole = backend.photo.bind(backend);
    backend.photo = () => Promise.reject(new BackendError('internal', 'It broke.', { status: 500 }));
    await key('ArrowRight');
    expect(await screen.findByText('This photo could not be loaded: It broke.')).toBeTruthy();
    backend.photo = whole;
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await shown();
  });

  it('of a video that cannot be played is said, with its original to save', async () => {
    await open({ desktop: false }, 'video');
    const fault = await screen.findByTestId('video-fault');
    expect(fault.textContent).toContain('This kind of video cannot be played here.');
    const save = screen.getByTestId('save-original');
    expect(save.getAttribute('href')).toBe(backend.originalUrl(openId()));
    expect(save.getAttribute('download')).toMatch(/\.MOV$/);
    expect(await faults()).toEqual([]);
    backend.unreachableOriginals = new Set([openId()]);
    await fireEvent.click(save);
    await waitFor(() => expect(screen.getByTestId('notices').textContent).toContain('within reach'));
  });

  it('of a video out of reach is over when its device is back', async () => {
    vi.spyOn(HTMLMediaElement.prototype, 'canPlayType').mockReturnValue('maybe');
    await open({}, 'video');
    await screen.findByTestId('viewer-video');
    backend.others.elsewhere = () => true;
    for (const number of [1, 2]) backend.others.set(number, { reachable: false });
    await app.viewer.record?.load();
    await app.check();
    await fireEvent.error(screen.getByTestId('viewer-video'));
    expect((await screen.findByTestId('video-fault')).dataset['fault']).toBe('away');
    for (const number of [1, 2]) backend.others.set(number, { reachable: true });
    await app.check();
    expect(await screen.findByTestId('viewer-video')).toBeTruthy();
  });
});

describe('the slideshow', () => {
  it('is begun and ended by keys, and leaves open what it came to', async () => {
    await open();
    await waitFor(() => expect(app.viewer.next).not.toBeNull());
    const first = openId();
    await key('o');
    const show = await screen.findByTestId('slideshow');
    await fireEvent.load(await screen.findByTestId('slide-image'));
    expect(screen.getByTestId('slide').dataset['shown']).toBe('true');
    expect(await faults('slideshow')).toEqual([]);
    await key('ArrowRight');
    await waitFor(() => expect(show.dataset['photoId']).not.toBe(first));
    const second = show.dataset['photoId'];
    await key(' ');
    expect(show.dataset['playing']).toBe('false');
    await key('f');
    await key('Escape');
    await waitFor(() => expect(screen.queryByTestId('slideshow')).toBeNull());
    expect(openId()).toBe(second);
    expect((await stored()).favorite).toBe(false);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('viewer')));
  });

  it('shows the preview where the original cannot be drawn, and says where nothing can', async () => {
    await open();
    await fireEvent.click(screen.getByTestId('viewer-slideshow'));
    vi.spyOn(backend, 'originalUrl').mockReturnValue('data:,original');
    app.viewer.slideshow?.toggle();
    await key('ArrowRight');
    await waitFor(() => expect(screen.getAllByTestId('slide').length).toBe(2));
    const picture = await screen.findByTestId('slide-image');
    expect(picture.getAttribute('src')).toBe('data:,original');
    await fireEvent.error(picture);
    const id = app.viewer.slideshow?.row.id ?? '';
    expect(screen.getByTestId('slide-image').getAttribute('src')).toBe(backend.thumbnailUrl(id));
    await fireEvent.error(screen.getByTestId('slide-image'));
    expect(await screen.findByText('This photo could not be shown.')).toBeTruthy();
  });

  it('takes the notices along onto the full screen', async () => {
    const full = vi.fn(function (this: Element) {
      return Promise.resolve();
    });
    HTMLElement.prototype.requestFullscreen = full;
    await open();
    await fireEvent.click(screen.getByTestId('viewer-slideshow'));
    await screen.findByTestId('slideshow');
    app.notify('Exported.');
    await waitFor(() => expect(full.mock.contexts[0]?.contains(screen.getByText('Exported.'))).toBe(true));
    Reflect.deleteProperty(HTMLElement.prototype, 'requestFullscreen');
  });
});
