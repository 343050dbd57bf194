import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import { Root } from '../test-app';

let app: App;

async function open(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 200, ...options });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  await screen.findAllByTestId('photo-tile');
  return backend;
}

afterEach(() => {
  localStorage.clear();
  app.stop();
  cleanup();
});

/** jsdom draws nothing, so colours are judged in a browser and everything else here. */
async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

const box = () => screen.getByTestId<HTMLInputElement>('search-input');
const chips = () => screen.queryAllByTestId('search-chip').map((chip) => chip.dataset['term']);
const offered = () => screen.queryAllByTestId('suggestion').map((offer) => offer.dataset['query']);
const press = (key: string, more = {}) =>
  fireEvent.keyDown(document.activeElement as Element, { key, ...more });

async function type(text: string): Promise<void> {
  box().focus();
  await fireEvent.input(box(), { target: { value: text } });
}

describe('chips', () => {
  it('are made by a space behind a term, and taken back by Backspace', async () => {
    await open();
    await type('tag:garden');
    expect(chips()).toEqual([]);
    await type('tag:garden ');
    expect(chips()).toEqual(['tag:garden']);
    await waitFor(() => expect(box().value).toBe(''));
    await type('-is:video sea');
    expect(chips()).toEqual(['tag:garden', '-is:video']);
    expect(app.search.text).toBe('tag:garden -is:video sea');
    const [, not] = screen.getAllByTestId('search-chip');
    expect(not?.textContent).toMatch(/not\s*videos/);
    await waitFor(() => expect(box().value).toBe('sea'));
    box().setSelectionRange(0, 0);
    await press('Backspace');
    await waitFor(() => expect(box().value).toBe('-is:video sea'));
    expect(box().selectionStart).toBe('-is:video'.length);
    expect(chips()).toEqual(['tag:garden']);
    expect(await faults()).toEqual([]);
  });

  it('are reached by arrow keys, and removed', async () => {
    await open();
    app.search.type('tag:garden is:video has:gps');
    await waitFor(() => expect(chips()).toHaveLength(3));
    box().focus();
    box().setSelectionRange(0, 0);
    await press('ArrowLeft');
    await waitFor(() => expect(document.activeElement?.getAttribute('title')).toBe('has:gps'));
    await press('ArrowLeft');
    await waitFor(() => expect(document.activeElement?.getAttribute('title')).toBe('is:video'));
    await press('Delete');
    expect(chips()).toEqual(['tag:garden', 'has:gps']);
    await waitFor(() => expect(document.activeElement?.getAttribute('title')).toBe('has:gps'));
    await press('ArrowRight');
    await waitFor(() => expect(document.activeElement).toBe(box()));
    await fireEvent.click(screen.getAllByTestId('search-chip-remove')[0] as HTMLElement);
    expect(chips()).toEqual(['has:gps']);
    await fireEvent.click(within(screen.getByTestId('search-chip')).getByTitle('has:gps'));
    await waitFor(() => expect(box().value).toBe('has:gps'));
    expect(chips()).toEqual([]);
  });

  it('turn back into text beside an OR, and the query stays as it was typed', async () => {
    await open();
    await type('tag:garden ');
    await type('OR');
    expect(app.search.text).toBe('tag:garden OR');
    await type('OR ');
    expect(chips()).toEqual([]);
    await waitFor(() => expect(box().value).toBe('tag:garden OR '));
    await type('tag:garden OR tag:school ');
    expect(chips()).toEqual([]);
    app.search.add({ not: false, field: 'is', value: 'video' });
    expect(app.search.text).toBe('is:video (tag:garden OR tag:school)');
    await type('(tag:garden) ');
    expect(chips()).toEqual(['is:video']);
  });

  it('are made by Enter, and one that is wrong is marked with what is wrong', async () => {
    await open();
    await type('tag:garden');
    await press('Enter');
    expect(chips()).toEqual(['tag:garden']);
    await type('iso:>>8 sea');
    const marked = await screen.findByText('>>8', { selector: 'mark' });
    expect(marked.parentElement?.textContent).toBe('tag:garden iso:>>8 sea');
    const wrong = screen.getAllByTestId('search-chip').map((chip) => chip.dataset['wrong']);
    expect(wrong).toEqual(['false', 'true']);
    expect(box().getAttribute('aria-invalid')).toBe('true');
    expect(box().value).toBe('sea');
  });

  it('come from a whole query that somebody else puts there', async () => {
    await open();
    app.search.type('in:48,16,49,17 sea');
    await waitFor(() => expect(chips()).toEqual(['in:48,16,49,17']));
    expect(screen.getByTestId('search-chip').textContent).toContain('Area on the map');
    expect(box().value).toBe('sea');
  });
});

describe('suggestions', () => {
  it('come for the word that is typed, and become chips', async () => {
    await open();
    await type('sea ga');
    await waitFor(() => expect(offered()).toContain('tag:garden'));
    expect(box().getAttribute('aria-expanded')).toBe('true');
    expect(screen.getByTestId('suggestion').textContent).toMatch(/garden\s*Tag\s*\d+/);
    await press('ArrowDown');
    const active = box().getAttribute('aria-activedescendant') ?? '';
    expect(document.getElementById(active)?.getAttribute('aria-selected')).toBe('true');
    expect(await faults()).toEqual([]);
    await press('Enter');
    expect(chips()).toEqual(['tag:garden']);
    await waitFor(() => expect(box().value).toBe('sea '));
    expect(box().getAttribute('aria-expanded')).toBe('false');
  });

  it('name the fields, then their values, and Tab takes the first', async () => {
    await open();
    await type('-ha');
    await waitFor(() => expect(offered()).toContain('has:'));
    await press('Tab');
    await waitFor(() => expect(box().value).toBe('-has:'));
    await waitFor(() => expect(offered()).toContain('has:caption'));
    await type('-has:cap');
    await waitFor(() => expect(offered()).toEqual(['has:caption']));
    await press('Tab');
    expect(chips()).toEqual(['-has:caption']);
  });

  it('are of one field only where it is named', async () => {
    const backend = await open();
    const asked = vi.spyOn(backend, 'suggestions');
    await type('album:summ');
    await waitFor(() => expect(offered().length).toBeGreaterThan(0));
    expect(asked.mock.lastCall?.[0]).toBe('summ');
    expect(offered().every((query) => query?.startsWith('album:'))).toBe(true);
    await type('tag:');
    await waitFor(() => expect(offered()).toContain('tag:garden'));
  });

  it('that come late are never shown', async () => {
    const backend = await open();
    const answers: ((name: string) => void)[] = [];
    const signals: AbortSignal[] = [];
    backend.suggestions = (_typed, signal) => {
      signals.push(signal);
      return new Promise((done) => {
        answers.push((name) => done([{ field: 'tag', name, count: 1, query: `tag:${name}` }]));
      });
    };
    await type('xa');
    await waitFor(() => expect(answers).toHaveLength(1));
    await type('xab');
    await waitFor(() => expect(answers).toHaveLength(2));
    expect(signals[0]?.aborted).toBe(true);
    answers[1]?.('xabia');
    await waitFor(() => expect(offered()).toEqual(['tag:xabia']));
    answers[0]?.('xanten');
    await Promise.resolve();
    expect(offered()).toEqual(['tag:xabia']);
  });

  it('are put away by Escape, which then clears', async () => {
    await open();
    await type('ga');
    await waitFor(() => expect(offered()).toContain('tag:garden'));
    await press('Escape');
    expect(offered()).toEqual([]);
    expect(app.search.text).toBe('ga');
    await press('Escape');
    expect(app.search.text).toBe('');
    expect(await screen.findByTestId('timeline')).toBeTruthy();
  });

  it('of an empty box are the last searches, the saved ones and where to begin', async () => {
    const backend = await open();
    await backend.saveSearch({ name: 'Our garden', query: 'tag:garden' });
    await app.saved.load();
    box().focus();
    await waitFor(() => expect(offered()).toContain('is:favorite'));
    expect(offered()).toContain('tag:garden');
    await type('tag:school');
    await press('Enter');
    await press('Escape');
    await press('ArrowDown');
    await waitFor(() => expect(offered()[0]).toBe('tag:school'));
    expect(await faults()).toEqual([]);
    await press('ArrowDown');
    await press('Delete', { shiftKey: true });
    expect(offered()).not.toContain('tag:school');
    expect(app.search.recent.list).toEqual([]);
    await fireEvent.click(screen.getByText('Our garden', { selector: '.label' }));
    expect(chips()).toEqual(['tag:garden']);
  });
});

describe('recent searches', () => {
  it('are at most eight, each once, and outlast the window', async () => {
    await open();
    for (let year = 2010; year < 2020; year += 1) app.search.recent.add(`taken:${year}`);
    app.search.recent.add('taken:2015');
    expect(app.search.recent.list).toHaveLength(8);
    expect(app.search.recent.list.slice(0, 3)).toEqual(['taken:2015', 'taken:2019', 'taken:2018']);
    expect(new App(new MemoryBackend()).search.recent.list).toEqual(app.search.recent.list);
  });
});

describe('what is typed', () => {
  it('shows what is finished of it until the rest is', async () => {
    await open();
    await type('tag:garden album:"Summer');
    await waitFor(() => expect(app.search.found.answered).toBe('tag:garden'));
    expect(screen.queryByTestId('search-error')).toBeNull();
    await press('Enter');
    expect(await screen.findByTestId('search-error')).toBeTruthy();
    expect(box().value).toBe('album:"Summer');
  });

  it('is not called wrong while it is the beginning of a value, until Enter says that it is all', async () => {
    const backend = await open();
    const searched = vi.spyOn(backend, 'search');
    await type('garden has:conf');
    await waitFor(() => expect(app.search.found.answered?.trim()).toBe('garden'));
    const asked = () => searched.mock.calls.map(([query]) => query);
    expect(asked()).toEqual(['garden ']);
    expect(app.search.fault).toBeNull();
    await press('Enter');
    await waitFor(() => expect(asked()).toContain('has:conf garden '));
  });

  it('is searched at once when Enter is pressed, with nothing chosen', async () => {
    const backend = await open();
    const asked = vi.spyOn(backend, 'search');
    await type('dsc');
    await press('Enter');
    await waitFor(() => expect(app.search.found.answered).toBe('dsc'));
    expect(asked.mock.calls.map(([query]) => query)).toEqual(['dsc']);
  });

  it('survives a search that fails', async () => {
    const backend = await open();
    await type('tag:garden sea');
    backend.search = () => Promise.reject(new BackendError('internal', 'The index is damaged.'));
    await press('Enter');
    expect((await screen.findByTestId('search-error')).textContent).toContain('The index is damaged.');
    expect(chips()).toEqual(['tag:garden']);
    expect(box().value).toBe('sea');
  });
});
