import { describe, expect, it } from 'vitest';
import { Asked } from './asked.svelte';

describe('answers that are asked for one by one', () => {
  it('are stale from the start if something changed while they were on their way', async () => {
    const way: ((value: string) => void)[] = [];
    const asked = new Asked(
      () => new Promise<string>((done) => way.push(done)),
      (error) => {
        throw error;
      },
    );
    const turn = () => new Promise((done) => setTimeout(done));
    for (const change of [() => asked.touch('a'), () => asked.touchWhere(() => false)]) {
      asked.want('a');
      change();
      way.pop()?.('before');
      await turn();
      expect(asked.at('a')).toEqual({ value: 'before', stale: true });
    }
    asked.want('a');
    way.pop()?.('after');
    await turn();
    expect(asked.at('a')).toEqual({ value: 'after', stale: false });
  });
});
