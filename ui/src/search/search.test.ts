import { describe, expect, it, vi } from 'vitest';
import { MemoryBackend } from '../backend/memory';
import { SearchState } from './search.svelte';

function make(options = {}) {
  const backend = new MemoryBackend({ photos: 900, ...options });
  const search = new SearchState(
    backend,
    () => undefined,
    () => undefined,
  );
  search.found.grid.resize(1200, 800);
  return { backend, search };
}

describe('searching as you type', () => {
  it('asks once for a burst of letters and shows what came back', async () => {
    const { backend, search } = make();
    const asked = vi.spyOn(backend, 'search');
    for (const text of ['n', 'ni', 'nik', 'niko', 'nikon']) search.type(text);
    await vi.waitFor(() => expect(search.found.answered).toBe('nikon'));
    expect(asked).toHaveBeenCalledTimes(1);
    expect(search.found.total).toBeGreaterThan(100);
    expect(search.found.grid.drawn[0]?.tiles.length).toBeGreaterThan(5);
  });

  it('forgets an answer that came too late', async () => {
    const { search } = make({ latency: 30 });
    search.text = 'nikon';
    const first = search.run();
    search.text = 'tag:garden';
    await Promise.all([first, search.run()]);
    expect(search.found.answered).toBe('tag:garden');
  });

  it('pages on through all results', async () => {
    const { search } = make();
    search.text = 'dsc';
    await search.run();
    const first = search.found.grid.drawn[0]?.tiles[0]?.row;
    let seen = 0;
    for (let row = first ?? null; row; row = await search.found.grid.neighbour(row.id, 1)) seen += 1;
    expect(search.found.total).toBeGreaterThan(600);
    expect(seen).toBe(search.found.total);
  });

  it('says where a query is wrong and keeps the last results', async () => {
    const { search } = make();
    search.text = 'nikon';
    await search.run();
    search.text = 'nikon shutter:fast';
    await search.run();
    expect(search.fault).toMatchObject({
      kind: 'query',
      marked: { before: 'nikon ', wrong: 'shutter:fast' },
    });
    search.text = 'canon';
    await search.run();
    expect(search.fault).toBeNull();
  });

  it('is over when the box is empty', async () => {
    const { search } = make();
    search.text = 'nikon';
    await search.run();
    search.type('  ');
    expect(search.active).toBe(false);
    expect(search.found.grid.drawn).toEqual([]);
  });
});
