import { describe, expect, it } from 'vitest';
import type { ImportJob } from '../backend/types';
import { addSample, combine, roughly, secondsLeft, share, speed, type Sample } from './progress';

/** One sample every `everyMs`, `step` files on each. */
function steady(everyMs: number, step: number, count: number): Sample[] {
  let samples: Sample[] = [];
  for (let i = 0; i < count; i += 1) samples = addSample(samples, { at: i * everyMs, processed: i * step });
  return samples;
}

function job(change: Partial<ImportJob>): ImportJob {
  return {
    id: 'a',
    state: 'running',
    found: 0,
    processed: 0,
    added: 0,
    duplicate: 0,
    trashed: 0,
    rejected_count: 0,
    warned_count: 0,
    warned: [],
    rejected: [],
    bytes: 0,
    seconds: 0,
    current: null,
    error: null,
    ids: [],
    paths: [],
    ...change,
  };
}

describe('speed', () => {
  it('is that of the last seconds', () => {
    expect(speed(steady(200, 4, 100))).toBeCloseTo(20);
    const slower = addSample(steady(1000, 10, 5), { at: 14_000, processed: 41 });
    expect(speed(slower)).toBeCloseTo(0.1);
  });

  it('is not guessed from too little', () => {
    expect(speed([])).toBeNull();
    expect(speed(steady(100, 5, 3))).toBeNull();
    expect(secondsLeft(steady(100, 5, 3), 90)).toBeNull();
  });

  it('tells the time left, and nothing while nothing moves', () => {
    expect(secondsLeft(steady(500, 5, 10), 100)).toBeCloseTo(10);
    expect(secondsLeft(steady(500, 0, 10), 100)).toBeNull();
  });

  it('begins anew with another import, and keeps few samples of a long one', () => {
    expect(addSample(steady(500, 5, 10), { at: 6000, processed: 1 })).toHaveLength(1);
    expect(steady(50, 1, 5000).length).toBeLessThan(130);
  });
});

describe('several imports', () => {
  it('add up, and run while one of them does', () => {
    const both = combine([
      job({ state: 'done', found: 5, processed: 5, added: 3, duplicate: 2 }),
      job({
        id: 'b',
        found: 7,
        processed: 1,
        rejected_count: 1,
        rejected: [{ path: 'x', reason: 'empty' }],
        current: 'y',
      }),
    ]);
    expect(both).toMatchObject({
      state: 'running',
      found: 12,
      processed: 6,
      added: 3,
      duplicate: 2,
      current: 'y',
    });
    expect([both?.rejected_count, both?.rejected.length]).toEqual([1, 1]);
    expect(share(both ?? job({}))).toBe(0.5);
  });

  it('end with the sadder end', () => {
    expect(combine([job({ state: 'done' }), job({ state: 'failed' })])?.state).toBe('failed');
    expect(combine([job({ state: 'cancelled' }), job({ state: 'done' })])?.state).toBe('cancelled');
    expect(combine([])).toBeNull();
  });
});

describe('durations', () => {
  const cases: [number, string, number][] = [
    [0.2, 'seconds', 5],
    [33, 'seconds', 35],
    [56, 'minutes', 1],
    [150, 'minutes', 3],
    [3500, 'hours', 1],
    [9000, 'hours', 3],
  ];
  for (const [seconds, unit, count] of cases) {
    it(`of ${seconds} s are about ${count} ${unit}`, () => expect(roughly(seconds)).toEqual({ unit, count }));
  }
});
