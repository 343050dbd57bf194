import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryBackend } from '../backend/memory';
import type { Photo } from '../backend/types';
import { OriginalState } from './original.svelte';

describe('an original', () => {
  let backend: MemoryBackend;
  let photo: Photo;
  let original: OriginalState;
  const trouble = vi.fn();

  beforeEach(async () => {
    backend = new MemoryBackend({ photos: 20, devices: 3 });
    backend.others.elsewhere = () => true;
    const [row] = (await backend.month((await backend.timeline()).months[0]?.month ?? '', 0, 1)).rows;
    photo = await backend.photo(row?.id ?? '');
    original = new OriginalState(backend, photo.id, trouble);
    vi.useFakeTimers();
  });

  afterEach(() => {
    original.stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const here = () => backend.others.here.id;
  const away = (reachable: boolean) => {
    for (const number of [1, 2]) backend.others.set(number, { reachable });
  };

  it('of this device is left to the page, and is spoken of once it takes long', async () => {
    photo.replicas = [{ device: here(), verified_at: null }];
    original.want(photo, here());
    expect(original.state).toEqual({ is: 'loading', url: backend.originalUrl(photo.id), slow: false });
    await vi.advanceTimersByTimeAsync(300);
    expect(original.state).toMatchObject({ is: 'loading', slow: true });
    original.onDrawn();
    expect(original.state.is).toBe('shown');
  });

  it('of another device comes with its progress', async () => {
    backend.others.carriedMs = 1000;
    original.want(photo, here());
    await vi.advanceTimersByTimeAsync(510);
    expect(original.state).toEqual({ is: 'fetching', share: 0.5, slow: true });
    await vi.advanceTimersByTimeAsync(500);
    expect(original.state).toMatchObject({ is: 'loading', url: expect.stringMatching(/^blob:/) as string });
    original.onDrawn();
    expect(original.state.is).toBe('shown');
  });

  it('is given up by whoever leaves, and its bytes with it', async () => {
    backend.others.carriedMs = 1000;
    const signals: AbortSignal[] = [];
    const carry = backend.original.bind(backend);
    backend.original = (id, signal, onProgress) => {
      signals.push(signal);
      return carry(id, signal, onProgress);
    };
    original.want(photo, here());
    await vi.advanceTimersByTimeAsync(300);
    original.stop();
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(original.state.is).toBe('fetching');

    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    original = new OriginalState(backend, photo.id, trouble);
    original.want(photo, here());
    await vi.advanceTimersByTimeAsync(1010);
    const { state } = original;
    expect(state.is).toBe('loading');
    original.stop();
    expect(revoked).toHaveBeenCalledExactlyOnceWith(state.is === 'loading' && state.url);
  });

  it('that nobody within reach holds says so, and comes when somebody is', async () => {
    away(false);
    original.want(photo, here());
    await vi.advanceTimersByTimeAsync(0);
    expect(original.state).toMatchObject({ is: 'failed', code: 'original_unreachable' });
    original.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(original.state.is).toBe('failed');
    away(true);
    original.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(original.state.is).toBe('loading');
  });

  it('that the page could not load is asked for, to learn why', async () => {
    photo.replicas = [{ device: here(), verified_at: null }];
    away(false);
    original.want(photo, here());
    original.onUndrawn();
    await vi.advanceTimersByTimeAsync(0);
    expect(original.state).toMatchObject({ is: 'failed', code: 'original_unreachable' });
  });

  it('that came and cannot be drawn is not asked for again', async () => {
    original.want(photo, here());
    await vi.advanceTimersByTimeAsync(0);
    original.onUndrawn();
    expect(original.state).toMatchObject({ is: 'failed', code: 'undrawn' });
    original.retry();
    expect(original.state.is).toBe('failed');
  });

  it('too large to be held is left to the page wherever it is', () => {
    original.want({ ...photo, size: 300_000_000 }, here());
    expect(original.state).toMatchObject({ is: 'loading', url: backend.originalUrl(photo.id) });
  });
});
