import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackendError } from './backend';
import { HttpClient } from './http';

describe('an original over HTTP', () => {
  afterEach(() => vi.unstubAllGlobals());

  const bytes = (...values: number[]) => new Uint8Array(values);

  /** Answers with these pieces; an error in their place breaks the answer off. */
  function answer(pieces: (Uint8Array | Error)[], headers: Record<string, string> = {}) {
    const left = [...pieces];
    const body = new ReadableStream({
      pull(controller) {
        const piece = left.shift();
        if (!piece) controller.close();
        else if (ArrayBuffer.isView(piece)) controller.enqueue(piece);
        else controller.error(piece);
      },
    });
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { headers })));
  }

  async function fetched() {
    const shares: number[] = [];
    const { signal } = new AbortController();
    const blob = await new HttpClient().original('ab', signal, (share) => shares.push(share));
    return { shares, size: blob.size, type: blob.type };
  }

  it('comes piece by piece, with its share and its type', async () => {
    answer([bytes(1, 2, 3), bytes(4)], { 'content-length': '4', 'content-type': 'image/jpeg' });
    expect(await fetched()).toEqual({ shares: [0.75, 1], size: 4, type: 'image/jpeg' });
  });

  it('of unknown size comes without a share', async () => {
    answer([bytes(1), bytes(2)]);
    expect(await fetched()).toMatchObject({ shares: [], size: 2 });
  });

  it('that breaks off, or ends too early, is none', async () => {
    answer([bytes(1), new TypeError('network error')], { 'content-length': '4' });
    await expect(fetched()).rejects.toMatchObject({ code: 'broken_off' });
    answer([bytes(1)], { 'content-length': '4' });
    await expect(fetched()).rejects.toMatchObject({ code: 'broken_off' });
  });

  it('that is out of reach is a problem with its code', async () => {
    const problem = { code: 'original_unreachable', detail: 'It is on no device within reach.' };
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(problem), { status: 503 })));
    await expect(fetched()).rejects.toEqual(
      new BackendError('original_unreachable', 'It is on no device within reach.', { status: 503 }),
    );
  });

  it('that was given up is told apart from one that failed', async () => {
    answer([bytes(1), new DOMException('given up', 'AbortError')]);
    await expect(fetched()).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a call that nobody answers', () => {
  afterEach(() => vi.unstubAllGlobals());

  const call = () => new HttpClient().ledger();

  it('is told in words of our own, be it the browser or a gateway that says so', async () => {
    const told = { code: 'unreachable', message: 'Kinfolio does not answer at the moment' };
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(call()).rejects.toMatchObject(told);
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })));
    await expect(call()).rejects.toMatchObject(told);
  });
});
