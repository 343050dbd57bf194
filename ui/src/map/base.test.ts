import { describe, expect, it, vi } from 'vitest';
import { Base } from './base.svelte';

const asked = vi.hoisted(() => ({ details: [] as string[], failing: [] as string[] }));

vi.mock('./atlas', () => ({
  atlas: (detail: string) => {
    asked.details.push(detail);
    if (asked.failing.includes(detail)) return Promise.reject(new Error('HTTP 404'));
    return Promise.resolve({ land: [], borders: [], labels: [{ name: detail }] });
  },
}));

const names = (base: Base, zoom: number) => base.at(zoom)?.labels.map(({ name }) => name);

describe('the world behind a map', () => {
  it('is fetched once, the fine shapes only for a near look', async () => {
    asked.details = [];
    const base = new Base();
    expect(base.at(2)).toBeNull();
    await base.need(2);
    await base.need(3);
    expect(asked.details).toEqual(['coarse']);
    expect(names(base, 9)).toEqual(['coarse']);
    await base.need(9);
    expect(asked.details).toEqual(['coarse', 'fine']);
    expect(names(base, 9)).toEqual(['fine']);
    expect(names(base, 2)).toEqual(['coarse']);
  });

  it('goes on with the coarse shapes where the fine ones do not come', async () => {
    asked.failing = ['fine'];
    const base = new Base();
    await base.need(9);
    expect(base.fault).toBeNull();
    expect(names(base, 9)).toEqual(['coarse']);
    asked.failing = [];
    await base.need(9);
    expect(names(base, 9)).toEqual(['fine']);
  });

  it('says why it cannot be drawn, and asks again only when told to', async () => {
    asked.failing = ['coarse'];
    asked.details = [];
    const base = new Base();
    await base.need(2);
    await base.need(3);
    expect(base.fault).toBe('HTTP 404');
    expect(asked.details).toEqual(['coarse']);
    asked.failing = [];
    await base.retry(2);
    expect(base.fault).toBeNull();
    expect(names(base, 2)).toEqual(['coarse']);
  });
});
