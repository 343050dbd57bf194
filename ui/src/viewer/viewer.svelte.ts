/** Which photo is open, the way to its neighbours, and whether the information panel stands beside it. */
import type { Backend } from '../backend/backend';
import type { BackendEvent, OwnField, Row } from '../backend/types';
import type { GridState } from '../timeline/grid.svelte';
import { OriginalState } from './original.svelte';
import { PhotoRecord } from './record.svelte';
import { SlideshowState } from './slideshow.svelte';

const INFO_KEY = 'kinfolio.viewer.info';
/** Fields are defined rarely, and blocks may come many a second. */
const FIELDS_SOON_MS = 2000;

export class ViewerState {
  record = $state.raw<PhotoRecord | null>(null);
  original = $state.raw<OriginalState | null>(null);
  slideshow = $state.raw<SlideshowState | null>(null);
  info = $state(remembered());
  previous = $state.raw<Row | null>(null);
  next = $state.raw<Row | null>(null);
  /** Counts the times that the library came back; what could not be shown is tried again then. */
  returns = $state(0);
  /** The household's own fields. */
  fields = $state.raw<readonly OwnField[]>([]);

  private opened = $state.raw<Row | null>(null);
  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private grid: GridState | null = null;
  /** The photo whose neighbours are known. */
  private beside: string | null = null;
  private readingFields: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
  }

  /** The photo that is open, as its record has it once that is here. */
  get row(): Row | null {
    const row = this.opened;
    const photo = this.record?.photo;
    if (!row || !photo) return row;
    const { taken_at, favorite, rating, state } = photo;
    return { ...row, taken_at, favorite, rating, state };
  }

  open(row: Row, grid: GridState): void {
    this.grid = grid;
    this.show(row);
    void this.readFields();
  }

  /** How to come back to the photo that is open, once it was closed. */
  again(): () => void {
    const { grid, opened } = this;
    return () => {
      if (grid && opened) this.open(opened, grid);
    };
  }

  /** Closes; the grid shows the photo that was looked at last. */
  close(): void {
    const id = this.opened?.id;
    this.slideshow?.stop();
    this.slideshow = null;
    this.original?.stop();
    this.original = null;
    this.opened = null;
    this.record = null;
    this.previous = null;
    this.next = null;
    if (id) this.grid?.focusOn(id);
  }

  /** Goes on to a neighbour of a photo that is no longer there; closes after the last one. */
  leave(row: Row): void {
    if (this.opened?.id !== row.id) return;
    const next = this.next ?? this.previous;
    if (next) this.show(next);
    else this.close();
  }

  step(step: -1 | 1): void {
    const row = step === 1 ? this.next : this.previous;
    if (row) this.show(row);
  }

  toggleInfo(): void {
    this.info = !this.info;
    try {
      localStorage.setItem(INFO_KEY, this.info ? 'open' : 'closed');
    } catch {
      // Without storage the choice lasts as long as the window.
    }
  }

  startSlideshow(): void {
    const { grid, opened } = this;
    if (!grid || !opened || this.slideshow) return;
    this.original?.stop();
    this.slideshow = new SlideshowState(opened, grid, () => this.endSlideshow());
    this.slideshow.start();
  }

  /** The photo that the slideshow came to is the one that is open afterwards. */
  endSlideshow(): void {
    const { slideshow } = this;
    if (!slideshow) return;
    slideshow.stop();
    this.slideshow = null;
    this.show(slideshow.row);
  }

  onEvent(event: BackendEvent): void {
    const row = this.opened;
    if (!row) return;
    if (event.type === 'devices') this.original?.retry();
    if (event.type === 'connection' && event.open) this.onReturn();
    if (event.type === 'block')
      this.readingFields ??= setTimeout(() => void this.readFields(), FIELDS_SOON_MS);
    if (event.type !== 'photos') return;
    if (!event.ids || event.ids.includes(row.id)) void this.record?.load();
    void this.findNeighbours(row);
  }

  /** The library answers again. */
  onReturn(): void {
    if (!this.opened) return;
    this.returns += 1;
    void this.record?.load();
    this.original?.retry();
    void this.findNeighbours(this.opened);
    void this.readFields();
  }

  private show(row: Row): void {
    this.original?.stop();
    this.opened = row;
    this.record = new PhotoRecord(this.backend, row, this.trouble);
    this.original = new OriginalState(this.backend, row.id, this.trouble);
    void this.record.load();
    void this.findNeighbours(row);
  }

  private async readFields(): Promise<void> {
    clearTimeout(this.readingFields);
    this.readingFields = undefined;
    if (!this.opened) return;
    try {
      this.fields = await this.backend.fields();
    } catch (error) {
      this.trouble(error);
    }
  }

  private async findNeighbours(row: Row): Promise<void> {
    const { grid } = this;
    if (!grid) return;
    const [previous, next] = await Promise.all([grid.neighbour(row.id, -1), grid.neighbour(row.id, 1)]);
    // One that has left the grid, for the trash say, is left for the neighbours that it had.
    if (this.opened?.id !== row.id || (!grid.has(row.id) && this.beside === row.id)) return;
    this.beside = row.id;
    this.previous = previous;
    this.next = next;
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(INFO_KEY) !== 'closed';
  } catch {
    return true;
  }
}
