/** The household's own fields as the settings show them. */
import { codeOf, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, EditState, OwnField } from '../backend/types';
import { t } from '../i18n/i18n';

/** The list follows the library at most this often. */
const REFRESH_MS = 700;

export class FieldsState {
  /** Null until they were read. */
  fields = $state.raw<readonly OwnField[] | null>(null);
  /** Why they cannot be read; null while they can. */
  fault = $state<string | null>(null);

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private refreshing: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
  }

  async load(): Promise<void> {
    try {
      this.fields = await this.backend.fields();
      this.fault = null;
    } catch (error) {
      this.fault = messageOf(error);
      this.trouble(error);
    }
  }

  onEvent(event: BackendEvent): void {
    if ((event.type !== 'block' && event.type !== 'photos') || this.refreshing !== undefined) return;
    this.refreshing = setTimeout(() => {
      this.refreshing = undefined;
      void this.load();
    }, REFRESH_MS);
  }

  stop(): void {
    clearTimeout(this.refreshing);
  }

  /** Throws what went wrong, as does `remove`. */
  define(field: OwnField, known: boolean): Promise<EditState> {
    return this.changing(() => this.backend.defineField(field, known));
  }

  remove(name: string): Promise<EditState> {
    return this.changing(() => this.backend.removeField(name));
  }

  private async changing(change: () => Promise<EditState>): Promise<EditState> {
    try {
      const state = await change();
      await this.load();
      return state;
    } catch (error) {
      this.trouble(error);
      throw error;
    }
  }
}

/** Why a field was not changed, in the person's language where the reason is a common one. */
export function whyNot(error: unknown): string {
  const code = codeOf(error);
  if (code === 'field_alike') return t('fields.wrong.alike');
  if (code === 'too_many') return t('fields.wrong.full');
  if (code === 'field_unknown') return t('fields.wrong.gone');
  return messageOf(error);
}
