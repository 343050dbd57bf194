/**
 * The world as Natural Earth draws it, from files of the program's own, projected once. Loaded when a map is first
 * shown, and by parts, so that nothing else waits for it: the fine shapes only for a near look.
 */
import { geoMercator, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import coarseUrl from 'world-atlas/countries-50m.json?url';
import fineUrl from 'world-atlas/countries-10m.json?url';
import { labelOf, type Label } from './labels';
import { shapeOf, type Shape } from './shapes';

/** One degree of detail of the world. */
export interface Atlas {
  land: readonly Shape[];
  borders: readonly Shape[];
  /** The largest country first. */
  labels: readonly Label[];
}

export type Detail = 'coarse' | 'fine';

type Named = { name: string };
type World = Topology<{ countries: GeometryCollection<Named> }>;

/** Longer than this nobody waits for a frame because of the map. */
const SLICE_MS = 6;
const URLS: Record<Detail, string> = { coarse: coarseUrl, fine: fineUrl };
const loading = new Map<Detail, Promise<Atlas>>();

/** The same for everybody who asks; what failed is tried again by whoever asks next. */
export function atlas(detail: Detail): Promise<Atlas> {
  const known = loading.get(detail);
  if (known) return known;
  const made = load(URLS[detail]);
  loading.set(detail, made);
  made.catch(() => loading.delete(detail));
  return made;
}

async function load(url: string): Promise<Atlas> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return prepared((await response.json()) as World);
}

/** Projects a world, a country at a time. */
export async function prepared(world: World): Promise<Atlas> {
  const trace = new Trace();
  // Straight lines between the points, as everywhere on the web's maps; only the date line is looked after.
  const projection = geoMercator()
    .scale(1 / (2 * Math.PI))
    .translate([0.5, 0.5])
    .precision(0);
  const path = geoPath(projection, trace);
  const pause = pauses();
  const land: Shape[] = [];
  const labels: Label[] = [];
  for (const country of world.objects.countries.geometries) {
    await pause();
    path(feature(world, country));
    const rings = trace.take().filter((ring) => !isWorld(ring));
    land.push(...rings);
    const label = labelOf(
      rings,
      String(country.id ?? ''),
      (country.properties as Named | undefined)?.name ?? '',
    );
    if (label) labels.push(label);
  }
  await pause();
  const lines = mesh(world, world.objects.countries, (a, b) => a !== b);
  for (const coordinates of lines.coordinates) {
    await pause();
    path({ type: 'LineString', coordinates });
  }
  return { land, borders: trace.take(), labels: labels.sort((a, b) => b.area - a.area) };
}

/** A few islets of the atlas run the wrong way around: all of the world but for them. Their own outline is kept. */
function isWorld({ left, top, right, bottom }: Shape): boolean {
  return right - left > 0.999 && bottom - top > 0.999;
}

/** Takes down what is drawn, as shapes. */
class Trace {
  private shapes: Shape[] = [];
  private points: number[] = [];

  beginPath(): void {
    this.end();
  }

  moveTo(x: number, y: number): void {
    this.end();
    this.points.push(x, y);
  }

  lineTo(x: number, y: number): void {
    this.points.push(x, y);
  }

  closePath(): void {
    this.end();
  }

  /** Single places are drawn as circles; a world of lands has none. */
  arc(): void {
    this.end();
  }

  take(): Shape[] {
    this.end();
    const { shapes } = this;
    this.shapes = [];
    return shapes;
  }

  private end(): void {
    if (this.points.length > 2) this.shapes.push(shapeOf(this.points));
    this.points = [];
  }
}

/** Lets the page go on whenever a slice of time is used up. */
function pauses(): () => Promise<void> {
  let until = performance.now() + SLICE_MS;
  return async () => {
    if (performance.now() < until) return;
    await new Promise((done) => setTimeout(done));
    until = performance.now() + SLICE_MS;
  };
}
