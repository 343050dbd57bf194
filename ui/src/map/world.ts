/**
 * The world as Natural Earth draws it, projected: done when the UI is built, so that whoever opens the map waits for
 * reading alone. The running app knows what comes of it (`packed.ts`) and none of this.
 */
import { geoMercator, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Label } from './labels';
import type { Atlas } from './packed';
import type { Point } from './projection';
// With its ending, for whoever builds without a bundler.
import { shapeOf, type Shape } from './shapes.ts';

type Named = { name: string };
export type World = Topology<{ countries: GeometryCollection<Named> }>;

export function projected(world: World): Atlas {
  const trace = new Trace();
  // Straight lines between the points, as everywhere on the web's maps; only the date line is looked after.
  const projection = geoMercator()
    .scale(1 / (2 * Math.PI))
    .translate([0.5, 0.5])
    .precision(0);
  const path = geoPath(projection, trace);
  const land: Shape[] = [];
  const labels: Label[] = [];
  for (const country of world.objects.countries.geometries) {
    path(feature(world, country));
    const rings = trace.take().filter((ring) => !isWorld(ring));
    land.push(...rings);
    const name = (country.properties as Named | undefined)?.name ?? '';
    const label = labelOf(rings, regionOf(String(country.id ?? '')), name);
    if (label) labels.push(label);
  }
  path(mesh(world, world.objects.countries, (a, b) => a !== b));
  return { land, borders: trace.take(), labels: labels.sort((a, b) => b.area - a.area) };
}

/** The two letters of a country that the atlas has in numbers: only some engines know both. */
export function regionOf(numeric: string): string {
  if (numeric === '') return '';
  const { region } = new Intl.Locale(`und-${numeric.padStart(3, '0')}`);
  return region && /^(?!ZZ)[A-Z]{2}$/.test(region) ? region : '';
}

/** The label of a country that has these rings. */
export function labelOf(rings: readonly Shape[], code: string, name: string): Label | null {
  let best: { shape: Shape; area: number; at: Point } | null = null;
  for (const shape of rings) {
    const { area, at } = middleOf(shape);
    if (!best || area > best.area) best = { shape, area, at };
  }
  if (!best || name === '') return null;
  return { code, name, at: best.at, width: best.shape.right - best.shape.left, area: best.area };
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

/** A ring's area and the point it would balance on. */
function middleOf({ points }: Shape): { area: number; at: Point } {
  const count = points.length;
  const [originX = 0, originY = 0] = points;
  let [twice, x, y] = [0, 0, 0];
  for (let i = 0; i < count; i += 2) {
    const next = (i + 2) % count;
    const [ax, ay] = [(points[i] as number) - originX, (points[i + 1] as number) - originY];
    const [bx, by] = [(points[next] as number) - originX, (points[next + 1] as number) - originY];
    const cross = ax * by - bx * ay;
    twice += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  if (twice === 0) return { area: 0, at: { x: originX, y: originY } };
  return { area: Math.abs(twice) / 2, at: { x: originX + x / (3 * twice), y: originY + y / (3 * twice) } };
}
