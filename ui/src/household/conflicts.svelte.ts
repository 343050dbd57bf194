/** How many photos were edited apart on two devices, so that a person has to choose. */
import type { Backend } from '../backend/backend';
import type { BackendEvent } from '../backend/types';

export const CONFLICTS_QUERY = 'has:conflict';
/** Not more often than this, however many events there are. */
const REFRESH_MS = 1000;

export class Conflicts {
  /** Null before it is known. */
  count = $state<number | null>(null);

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private soon: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
  }

  /** The timer runs until the answer is there as well, so that a slow one is not asked for twice. */
  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos' && event.type !== 'block') return;
    this.soon ??= setTimeout(() => void this.load().finally(() => (this.soon = undefined)), REFRESH_MS);
  }

  async load(): Promise<void> {
    try {
      this.count = (await this.backend.search(CONFLICTS_QUERY, { limit: 1 })).total;
    } catch (error) {
      this.count = null;
      this.trouble(error);
    }
  }

  stop(): void {
    clearTimeout(this.soon);
  }
}
