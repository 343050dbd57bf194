import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
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

/** Searches, and waits until that is answered. */
async function search(query: string): Promise<void> {
  app.search.type(query);
  await waitFor(() => expect(app.search.found.answered).toBe(query));
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

const facet = (name: string) =>
  screen.getAllByTestId('facet').find((entry) => entry.dataset['name'] === name) as HTMLElement;

describe('facets', () => {
  it('are added to the search, counted anew, and taken out again', async () => {
    await open();
    await search('dsc');
    const all = app.search.found.total;
    const count = Number(facet('garden').querySelector('small')?.textContent);
    expect(await faults()).toEqual([]);
    await fireEvent.click(facet('garden'));
    expect(app.search.text).toBe('tag:garden dsc');
    await waitFor(() => expect(app.search.found.total).toBe(count));
    expect(facet('garden').dataset['says']).toBe('with');
    await fireEvent.click(facet('garden'));
    await waitFor(() => expect(app.search.found.total).toBe(all));
    expect(facet('garden').dataset['says']).toBeUndefined();
  });

  it('are left out by Alt and a click, the minus button or the minus key', async () => {
    await open();
    await search('dsc');
    await fireEvent.click(facet('garden'), { altKey: true });
    const row = facet('school').parentElement as HTMLElement;
    await fireEvent.click(within(row).getByTestId('facet-exclude'));
    await fireEvent.keyDown(facet('Nikon Z 6'), { key: '-' });
    expect(app.search.chips).toEqual(['-tag:garden', '-tag:school', '-camera:"Nikon Z 6"']);
    await waitFor(() => expect(facet('garden').dataset['says']).toBe('without'));
    expect(await faults()).toEqual([]);
    await fireEvent.click(facet('garden'));
    expect(app.search.chips).toEqual(['-tag:school', '-camera:"Nikon Z 6"']);
  });

  it('stay while the next answer is on its way, and when a search is wrong', async () => {
    const backend = await open();
    await search('dsc');
    const shown = () => screen.getAllByTestId('facet').map((entry) => entry.dataset['name']);
    const before = shown();
    const searched = backend.search.bind(backend);
    let go: (() => void) | undefined;
    backend.search = async (query, options) => {
      await new Promise<void>((done) => (go = done));
      return searched(query, options);
    };
    app.search.type('tag:garden');
    await waitFor(() => expect(go).toBeDefined());
    expect(new Set(shown())).toEqual(new Set(before));
    go?.();
    await waitFor(() => expect(app.search.found.answered).toBe('tag:garden'));
    backend.search = searched;
    const found = shown();
    app.search.type('tag:garden people:x');
    await screen.findByTestId('search-error');
    expect(shown()).toEqual(found);
  });

  it('show six of a long list, and the rest when asked', async () => {
    await open({ photos: 1200 });
    await search('dsc');
    const years = () => within(screen.getByTestId('facet-years')).getAllByTestId('facet').length;
    expect(years()).toBe(6);
    await fireEvent.click(within(screen.getByTestId('facet-years')).getByTestId('facet-more'));
    expect(years()).toBeGreaterThan(6);
  });

  it('can be put away', async () => {
    await open();
    await search('dsc');
    const toggle = screen.getByTestId('filters-toggle');
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    await fireEvent.click(toggle);
    expect(screen.queryByTestId('facets')).toBeNull();
    app.search.clear();
    await screen.findByTestId('timeline');
    await search('tag:garden');
    await screen.findByTestId('search-summary');
    expect(screen.queryByTestId('facets')).toBeNull();
  });
});

describe('a search that finds nothing', () => {
  it('says what would be found without each of its parts, with few questions', async () => {
    const backend = await open();
    const asked = vi.spyOn(backend, 'search');
    await search('tag:garden tag:school dsc');
    const offer = await waitFor(() => {
      const offers = screen.getAllByTestId('search-without');
      expect(offers).toHaveLength(2);
      return offers.find((one) => one.dataset['part'] === 'tag:school') as HTMLElement;
    });
    expect(offer.textContent).toMatch(/Without “.school.”: \d+ photos?/);
    expect(await faults()).toEqual([]);
    asked.mockClear();
    await search('tag:a tag:b tag:c tag:d tag:e tag:f');
    await waitFor(() => expect(asked).toHaveBeenCalledTimes(5));
    await search('tag:garden tag:school dsc');
    const again = await waitFor(() => screen.getAllByTestId('search-without')[0] as HTMLElement);
    const total = Number(again.dataset['total']);
    await fireEvent.click(again);
    await waitFor(() => expect(app.search.found.total).toBe(total));
  });
});

describe('the order', () => {
  it('can be by the best match where words are searched', async () => {
    const backend = await open();
    const asked = vi.spyOn(backend, 'search');
    await search('tag:garden');
    expect(screen.queryByTestId('search-sort-relevance')).toBeNull();
    await search('dsc');
    await fireEvent.click(screen.getByTestId('search-sort-relevance'));
    await waitFor(() => expect(asked.mock.lastCall?.[1].sort).toBe('relevance'));
    await search('tag:school');
    expect(asked.mock.lastCall?.[1].sort).toBe('newest');
  });
});

describe('saved searches', () => {
  const names = () => screen.queryAllByTestId('saved-search').map((one) => one.dataset['name']);

  async function save(name: string): Promise<void> {
    await fireEvent.click(screen.getByTestId('search-save'));
    await fireEvent.input(screen.getByTestId('save-search-name'), { target: { value: name } });
    await fireEvent.click(screen.getByTestId('save-search-go'));
  }

  it('are not asked about any more once the search is over', async () => {
    await open();
    await search('tag:garden');
    await fireEvent.click(screen.getByTestId('search-save'));
    expect(screen.getByTestId('save-search')).toBeTruthy();
    app.show({ name: 'albums' });
    await waitFor(() => expect(screen.queryByTestId('save-search')).toBeNull());
    await search('tag:garden');
    expect(screen.queryByTestId('save-search')).toBeNull();
  });

  it('are saved under a name, opened, renamed, removed and brought back', async () => {
    const backend = await open();
    await search('tag:garden dsc');
    await fireEvent.click(screen.getByTestId('search-save'));
    expect(screen.getByTestId('save-search-name')).toHaveProperty('value', 'garden · dsc');
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await save('Our garden');
    await waitFor(() => expect(names()).toEqual(['Our garden']));
    expect(screen.getByTestId('search-save').getAttribute('aria-label')).toBe('Saved as “Our garden”');
    app.show({ name: 'photos' });
    await fireEvent.click(screen.getByTestId('saved-search'));
    expect(app.search.chips).toEqual(['tag:garden']);
    await waitFor(() => expect(screen.getByTestId('saved-search').getAttribute('aria-current')).toBe('true'));

    await fireEvent.click(screen.getByTestId('saved-menu'));
    await fireEvent.click(await screen.findByTestId('saved-rename'));
    await fireEvent.input(screen.getByTestId('save-search-name'), { target: { value: 'The garden' } });
    await fireEvent.click(screen.getByTestId('save-search-go'));
    await waitFor(() => expect(names()).toEqual(['The garden']));
    expect(await backend.searches()).toEqual([{ name: 'The garden', query: 'tag:garden dsc' }]);

    await fireEvent.click(screen.getByTestId('saved-menu'));
    await fireEvent.click(await screen.findByTestId('saved-forget'));
    await waitFor(() => expect(names()).toEqual([]));
    expect(await backend.searches()).toEqual([]);
    await fireEvent.click(screen.getByTestId('notice-action'));
    await waitFor(() => expect(names()).toEqual(['The garden']));
    expect(await backend.searches()).toHaveLength(1);
  });

  it('replace another of the same name only when told to', async () => {
    const backend = await open();
    await backend.saveSearch({ name: 'Mine', query: 'is:video' });
    await app.saved.load();
    await search('tag:garden');
    await save('Mine');
    expect(screen.getByTestId('save-search-exists').textContent).toContain('Mine');
    expect(await backend.searches()).toEqual([{ name: 'Mine', query: 'is:video' }]);
    await fireEvent.click(screen.getByTestId('save-search-go'));
    await waitFor(() => expect(screen.queryByTestId('save-search')).toBeNull());
    expect(await backend.searches()).toEqual([{ name: 'Mine', query: 'tag:garden' }]);
  });

  it('say why they could not be saved, and keep the name', async () => {
    const backend = await open();
    await search('tag:garden');
    backend.editFault = 'The disk is full.';
    await save('Our garden');
    expect((await screen.findByTestId('save-search-fault')).textContent).toContain('The disk is full.');
    expect(screen.getByTestId('save-search-name')).toHaveProperty('value', 'Our garden');
    expect(names()).toEqual([]);
  });

  it('of other devices come along', async () => {
    const backend = await open();
    await backend.saveSearch({ name: 'From the kitchen', query: 'is:video' });
    await waitFor(() => expect(names()).toEqual(['From the kitchen']), { timeout: 4000 });
  });
});
