/** Which photo is open, the way to its neighbours, and whether the information panel stands beside it. */
import type { Backend } from '../backend/backend';
import type { BackendEvent, Row } from '../backend/types';
import type { GridState } from '../timeline/grid.svelte';
import { PhotoRecord } from './record.svelte';

const INFO_KEY = 'kinfolio.viewer.info';

export class ViewerState {
  row = $state.raw<Row | null>(null);
  record = $state.raw<PhotoRecord | null>(null);
  info = $state(remembered());
  previous = $state.raw<Row | null>(null);
  next = $state.raw<Row | null>(null);

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private grid: GridState | null = null;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
  }

  open(row: Row, grid: GridState): void {
    this.grid = grid;
    this.show(row);
  }

  /** Closes; the grid shows the photo that was looked at last. */
  close(): void {
    const id = this.row?.id;
    this.row = null;
    this.record = null;
    this.previous = null;
    this.next = null;
    if (id) this.grid?.focusOn(id);
  }

  /** Goes on to a neighbour of a photo that is no longer there; closes after the last one. */
  leave(row: Row): void {
    if (this.row?.id !== row.id) return;
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

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos' || !this.row) return;
    if (!event.ids || event.ids.includes(this.row.id)) void this.record?.load();
    void this.findNeighbours(this.row);
  }

  private show(row: Row): void {
    this.row = row;
    this.record = new PhotoRecord(this.backend, row.id, this.trouble);
    void this.record.load();
    void this.findNeighbours(row);
  }

  private async findNeighbours(row: Row): Promise<void> {
    const { grid } = this;
    if (!grid) return;
    const [previous, next] = await Promise.all([grid.neighbour(row.id, -1), grid.neighbour(row.id, 1)]);
    if (this.row?.id !== row.id) return;
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
