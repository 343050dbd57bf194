/** What the household has agreed upon, and how this device gets on with the bucket that is a part of it. */
import { messageOf, type Backend } from '../backend/backend';
import type { Agreed, AgreedChange, BucketState, EditState } from '../backend/types';

export class SettingsState {
  /** Null until it was read. */
  agreed = $state.raw<Agreed | null>(null);
  /** Null where no bucket is set. */
  bucket = $state.raw<BucketState | null>(null);
  /** Why neither can be read; null while they can. */
  fault = $state<string | null>(null);

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
  }

  async load(): Promise<void> {
    try {
      [this.agreed, this.bucket] = await Promise.all([this.backend.agreed(), this.backend.bucket()]);
      this.fault = null;
    } catch (error) {
      this.fault = messageOf(error);
      this.trouble(error);
    }
  }

  /** Throws what went wrong. */
  async change(change: AgreedChange): Promise<EditState> {
    try {
      const state = await this.backend.agree(change);
      await this.load();
      return state;
    } catch (error) {
      this.trouble(error);
      throw error;
    }
  }
}
