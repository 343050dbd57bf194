/** A part of the app that is loaded when it is first needed, or before that, while the page has nothing else to do. */
import type { Component } from 'svelte';

type Loads<Props extends object> = () => Promise<{ default: Component<Props> }>;

export class Room<Props extends object = object> {
  /** Shown without any wait once it is here. */
  component: Component<Props> | null = null;

  private readonly loads: Loads<Props>;
  private coming: Promise<Component<Props>> | null = null;

  constructor(loads: Loads<Props>) {
    this.loads = loads;
  }

  /** One that failed is loaded anew by the next call. */
  load(): Promise<Component<Props>> {
    this.coming ??= this.loads().then(
      ({ default: component }) => (this.component = component),
      (error: unknown) => {
        this.coming = null;
        throw error;
      },
    );
    return this.coming;
  }
}

/**
 * Loads rooms one after the other whenever the page is idle, until that is no longer wished; what fails is loaded, and
 * told of, once it is needed.
 */
export async function loadIdly(rooms: readonly Room<never>[], wished: AbortSignal): Promise<void> {
  const gone = new Promise<void>((done) => {
    wished.addEventListener('abort', () => done(), { once: true });
  });
  for (const room of rooms) {
    if (wished.aborted) return;
    await Promise.race([idle(), gone]);
    if (wished.aborted) return;
    try {
      await room.load();
    } catch {
      return;
    }
  }
}

function idle(): Promise<void> {
  return new Promise((done) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => done(), { timeout: 5000 });
    else setTimeout(done, 200);
  });
}
