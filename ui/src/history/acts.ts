/**
 * Which action an undo would take back: always the last one of this device. A notice that offers to undo what it tells
 * of does so only as long as that is the last one.
 */
import type { Backend } from '../backend/backend';

/** What an undo takes back, and the undo itself, after which another action is the last one. */
const ACTING: ReadonlySet<keyof Backend> = new Set([
  'edit',
  'editMany',
  'keepBest',
  'makeLabel',
  'renameLabel',
  'removeLabel',
  'upload',
  'undo',
] as const);

export class Acts {
  private running = 0;
  /** Of actions that were under way together nobody here knows which was the last. */
  private together = false;
  private readonly begun: () => void;

  /** `begun` is told of every action before it is asked for. */
  constructor(begun: () => void) {
    this.begun = begun;
  }

  /** Whether the action that was answered just now is the last one for sure. */
  get settled(): boolean {
    return this.running === 0 && !this.together;
  }

  /** The same backend, of whose actions this one knows. */
  watch(backend: Backend): Backend {
    return new Proxy(backend, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const call = (...given: unknown[]): unknown => Reflect.apply(value, target, given);
        return ACTING.has(name as keyof Backend)
          ? (...given: unknown[]) => this.follow(() => call(...given) as Promise<unknown>)
          : call;
      },
    });
  }

  private async follow(act: () => Promise<unknown>): Promise<unknown> {
    this.together = this.running > 0;
    this.running += 1;
    this.begun();
    try {
      return await act();
    } finally {
      this.running -= 1;
    }
  }
}
