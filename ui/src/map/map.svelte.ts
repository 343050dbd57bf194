/** The map's page: what lies on the part of the world that is shown, and the photos at its side. */
import { isAbort, messageOf, type Backend } from '../backend/backend';
import type { BackendEvent, Bounds, Cluster } from '../backend/types';
import { Found } from '../search/found.svelte';
import { boxOf, gathered, placed, type Group } from './clusters';
import { boundsOf, grown, inQuery, toPosition, toWorld, ZOOM_MAX, type Position } from './projection';
import { Viewport } from './viewport.svelte';

const KEY = 'kinfolio.map.view';
const WORLD: Bounds = [-90, -180, 90, 180];
/** How near the world is asked for, to see whether and where there are photos at all. */
const WORLD_ZOOM = 2;
/** The map is asked this long after it came to rest, and follows the library at most this often. */
const REST_MS = 120;
const REFRESH_MS = 700;
/** A pin stands this long; by then photos that were let go there are on the map themselves. */
const PIN_MS = 2600;
/** Clusters are asked for this much beyond what is seen, in shares of it. */
const BEYOND = 0.25;
/** How near one looks at a place. */
const LOOK_ZOOM = 9;
/** Photos this close, in degrees, are at one place: a metre. */
const TOGETHER = 0.00001;
/** A group of more parts is searched as a whole. */
const PARTS_MAX = 12;
/** Groups of one zoom stay until it has changed by this much. */
const STEPS_PER_ZOOM = 4;

/** What the photos at the side have in common. */
export interface Panel {
  kind: 'group' | 'box' | 'unplaced';
  /** The group that was opened, by the photo that it shows. */
  group: string | null;
  query: string;
  /** Where they are, shown on the map. */
  bounds: Bounds | null;
}

export class MapState {
  readonly viewport = new Viewport();
  readonly found: Found;
  clusters = $state.raw<readonly Cluster[]>([]);
  /** How many photos of the library have a position; null before it is known. */
  total = $state<number | null>(null);
  fault = $state<string | null>(null);
  panel = $state.raw<Panel | null>(null);
  /** Whether the next drag draws a box. */
  drawing = $state(false);
  /** Where a pin stands. */
  pinnedAt = $state.raw<Position | null>(null);

  readonly groups = $derived.by(() => {
    const zoom = Math.round(this.viewport.view.zoom * STEPS_PER_ZOOM) / STEPS_PER_ZOOM;
    return gathered(this.clusters, zoom);
  });
  readonly placed = $derived(placed(this.groups, this.viewport.view));

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  private shown = false;
  private fits: boolean;
  private controller: AbortController | null = null;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private pinned: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, trouble: (error: unknown) => void) {
    this.backend = backend;
    this.trouble = trouble;
    this.found = new Found(backend, trouble);
    const before = remembered();
    this.fits = before === null;
    if (before) this.viewport.set(before);
  }

  /** The page is shown, and knows its size. */
  async open(): Promise<void> {
    this.shown = true;
    await this.readWorld();
  }

  /** The page is left. */
  close(): void {
    this.shown = false;
    this.drawing = false;
    clearTimeout(this.resting);
    clearTimeout(this.refreshing);
    this.refreshing = undefined;
    this.controller?.abort();
    this.hidePanel();
  }

  /** The view has changed: remembers it, and asks for what lies there once it rests. */
  moved(): void {
    if (!this.shown) return;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      if (!this.fits) remember(this.viewport.view);
      void this.read();
    }, REST_MS);
  }

  /** Shows a place; the page may not be shown yet. */
  lookAt(position: readonly number[]): void {
    this.fits = false;
    this.viewport.centre(position, LOOK_ZOOM);
    this.pin([position[0] ?? 0, position[1] ?? 0]);
    remember(this.viewport.view);
  }

  /** Shows all photos that have a position. */
  async showAll(): Promise<void> {
    const world = await this.readWorld();
    if (world) this.viewport.fit(world.map(({ bbox }) => boxOf(bbox)));
  }

  wholeWorld(): void {
    this.viewport.fit([]);
  }

  /** Shows the photos of a group at the side. */
  openGroup(group: Group): void {
    // One box around all parts might hold photos of others.
    const boxes = group.parts.length <= PARTS_MAX ? group.parts : [group.bounds];
    const query = boxes.map((box) => inQuery(grown(box))).join(' OR ');
    this.showPanel({ kind: 'group', group: group.id, query, bounds: group.bounds });
  }

  openBox(bounds: Bounds): void {
    this.drawing = false;
    this.showPanel({ kind: 'box', group: null, query: inQuery(bounds), bounds });
  }

  openUnplaced(): void {
    this.showPanel({ kind: 'unplaced', group: null, query: '-has:gps', bounds: null });
  }

  hidePanel(): void {
    this.panel = null;
    this.found.clear();
  }

  /** Looks nearer at a group of many; false where that would show no more. */
  zoomTo(group: Group): boolean {
    const [south, west, north, east] = group.bounds;
    const together = Math.abs(north - south) < TOGETHER && Math.abs(east - west) < TOGETHER;
    if (together || this.viewport.view.zoom >= ZOOM_MAX) return false;
    this.viewport.fit([grown(group.bounds)], { nearest: ZOOM_MAX });
    return true;
  }

  /** A pin where photos were let go, or where one wanted to look, for a while. */
  pin(position: Position | null): void {
    clearTimeout(this.pinned);
    this.pinnedAt = position;
    if (position) this.pinned = setTimeout(() => (this.pinnedAt = null), PIN_MS);
  }

  /** Everything once more, after the library was out of reach. */
  reload(): void {
    if (!this.shown) return;
    void this.readWorld();
    if (this.panel) void this.found.search(this.panel.query);
  }

  onEvent(event: BackendEvent): void {
    if (event.type !== 'photos' || !this.shown) return;
    this.found.onEvent(event);
    if (this.refreshing !== undefined) return;
    this.refreshing = setTimeout(() => {
      this.refreshing = undefined;
      void this.readWorld();
    }, REFRESH_MS);
  }

  private showPanel(panel: Panel): void {
    this.panel = panel;
    void this.found.search(panel.query);
  }

  /** Where there are photos at all; the first time without a view to return to, all of them are shown. */
  private async readWorld(): Promise<readonly Cluster[] | null> {
    try {
      const world = await this.backend.map(WORLD, WORLD_ZOOM, new AbortController().signal);
      this.total = world.total;
      this.fault = null;
      if (this.fits && world.total > 0 && this.viewport.view.width > 0) {
        this.fits = false;
        this.viewport.fit(
          world.clusters.map(({ bbox }) => boxOf(bbox)),
          { glides: false },
        );
      }
      await this.read();
      return world.clusters;
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  private async read(): Promise<void> {
    const { view } = this.viewport;
    if (!this.shown || view.width === 0) return;
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    const wide = { ...view, width: view.width * (1 + 2 * BEYOND), height: view.height * (1 + 2 * BEYOND) };
    const zoom = Math.min(ZOOM_MAX, Math.round(view.zoom));
    try {
      const answer = await this.backend.map(boundsOf(wide), zoom, controller.signal);
      if (controller.signal.aborted) return;
      this.clusters = answer.clusters;
      this.fault = null;
    } catch (error) {
      if (!controller.signal.aborted) this.failed(error);
    }
  }

  private failed(error: unknown): void {
    if (isAbort(error)) return;
    this.fault = messageOf(error);
    this.trouble(error);
  }
}

function remembered(): { x: number; y: number; zoom: number } | null {
  try {
    const [lat, lon, zoom] = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown[];
    if (![lat, lon, zoom].every(Number.isFinite)) return null;
    return { ...toWorld([Number(lat), Number(lon)]), zoom: Number(zoom) };
  } catch {
    return null;
  }
}

function remember(view: { x: number; y: number; zoom: number }): void {
  try {
    const [lat, lon] = toPosition(view);
    localStorage.setItem(KEY, JSON.stringify([lat, lon, view.zoom]));
  } catch {
    // Without storage the view lasts as long as the window.
  }
}
