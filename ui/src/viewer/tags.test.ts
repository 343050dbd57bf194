import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';
import { offers } from '../design/offers';

describe('offers', () => {
  const known = ['greece', 'holiday', 'holiday/greece', 'green garden'].map((name, index) => ({
    name,
    count: index,
  }));
  const names = (typed: string, present: string[] = []) =>
    offers(typed, known, present).map((offer) => (offer.kind === 'create' ? `+${offer.name}` : offer.name));

  it('are tags that match, the closest first, and a new one last', () => {
    expect(names('gre')).toEqual(['green garden', 'greece', 'holiday/greece', '+gre']);
    expect(names('Greece')).toEqual(['greece', 'holiday/greece', '+Greece']);
  });

  it('do not create what exists, nor offer what the photo has', () => {
    expect(names('greece')).toEqual(['greece', 'holiday/greece']);
    expect(names('greece', ['greece'])).toEqual(['holiday/greece']);
    expect(names('  ')).toEqual([]);
  });
});

describe('tags in the viewer', () => {
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

  const chips = () => screen.queryAllByTestId('tag-chip').map((chip) => chip.dataset['tag']);
  const openId = () => screen.getByTestId('viewer').dataset['photoId'] ?? '';

  async function type(text: string) {
    const input = screen.getByTestId('tag-input');
    await fireEvent.focus(input);
    await fireEvent.input(input, { target: { value: text } });
    return input;
  }

  it('are made by typing and Enter, shown at once and stored', async () => {
    const input = await type('grandma’s 80th');
    await fireEvent.keyDown(input, { key: 'Enter' });
    expect(chips()).toContain('grandma’s 80th');
    await waitFor(async () => expect((await backend.photo(openId())).tags).toContain('grandma’s 80th'));
    expect(screen.getByTestId('tag-input')).toHaveProperty('value', '');
  });

  it('are found among those that exist', async () => {
    const known =
      (await backend.labels('tags')).map((tag) => tag.name).find((name) => !chips().includes(name)) ?? '';
    await type(known.slice(0, 4));
    const options = await screen.findAllByTestId('tag-option');
    await fireEvent.click(options.find((option) => option.textContent.startsWith(known)) as HTMLElement);
    await waitFor(async () => expect((await backend.photo(openId())).tags).toContain(known));
  });

  it('are removed by their button', async () => {
    await fireEvent.keyDown(await type('mistake'), { key: 'Enter' });
    await waitFor(async () => expect((await backend.photo(openId())).tags).toContain('mistake'));
    const chip = screen
      .getAllByTestId('tag-chip')
      .find((candidate) => candidate.dataset['tag'] === 'mistake');
    await fireEvent.click(within(chip as HTMLElement).getByRole('button'));
    await waitFor(async () => expect((await backend.photo(openId())).tags).not.toContain('mistake'));
    expect(chips()).not.toContain('mistake');
  });

  it('go back when the library refuses, and say why', async () => {
    backend.editFault = 'The disk is full.';
    const before = chips();
    await fireEvent.keyDown(await type('lost'), { key: 'Enter' });
    expect(await screen.findByText(/lost.*The disk is full\./)).toBeTruthy();
    expect(chips()).toEqual(before);
  });

  it('leave the caption alone, which is saved by leaving its field', async () => {
    const caption = screen.getByTestId('caption-input');
    await fireEvent.focus(caption);
    await fireEvent.input(caption, { target: { value: 'On the way to the lake' } });
    await fireEvent.blur(caption);
    await waitFor(() => expect(screen.getByTestId('caption-state').dataset['state']).toBe('saved'));
    expect((await backend.photo(openId())).caption).toBe('On the way to the lake');
  });

  it('keep what was typed as a caption when it cannot be saved, and Escape brings back the old one', async () => {
    backend.editFault = 'The disk is full.';
    const caption = screen.getByTestId<HTMLTextAreaElement>('caption-input');
    await fireEvent.focus(caption);
    await fireEvent.input(caption, { target: { value: 'gone' } });
    await fireEvent.blur(caption);
    await waitFor(() => expect(screen.getByTestId('caption-state').dataset['state']).toBe('failed'));
    expect(caption.value).toBe('gone');
    await fireEvent.focus(caption);
    expect(caption.value).toBe('gone');
    await fireEvent.keyDown(caption, { key: 'Escape' });
    await waitFor(() => expect(caption.value).toBe(''));
  });

  it('save a caption that was left while nobody answered, once somebody does', async () => {
    const caption = screen.getByTestId<HTMLTextAreaElement>('caption-input');
    await fireEvent.focus(caption);
    await fireEvent.input(caption, { target: { value: 'On the way back' } });
    backend.unreachable = true;
    await fireEvent.blur(caption);
    expect(await screen.findByTestId('offline-banner')).toBeTruthy();
    expect(screen.getByTestId('caption-state').textContent).toContain('does not answer');
    expect(caption.value).toBe('On the way back');
    backend.unreachable = false;
    await waitFor(() => expect(screen.getByTestId('caption-state').dataset['state']).toBe('saved'));
    expect((await backend.photo(openId())).caption).toBe('On the way back');
    expect(caption.value).toBe('On the way back');
  });
});
