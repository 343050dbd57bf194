/** Names of countries on the map: where there is room, and never one over another. Pure. */
import { texts } from '../i18n/i18n';
import { onScreen, worldSize, type Point, type View } from './projection';
import type { Shape } from './shapes';

export interface Label {
  /** As the atlas has it: ISO 3166-1 numeric, or nothing. */
  code: string;
  /** In English. */
  name: string;
  /** The middle of the largest part, in the square of the world… */
  at: Point;
  /** …how wide that is, and how much of the square it takes. */
  width: number;
  area: number;
}

/** A name on the screen, about its middle. */
export interface Written extends Point {
  text: string;
  size: number;
}

/** Shorter countries than this have no name that could be read, in pixels. */
const NARROWEST = 26;
/** A name may be this much wider than its country. */
const BEYOND = 1.25;
const GAP = 6;

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

/** Which names are written, the largest country's first; `widthOf` measures a text at a size. */
export function written(
  labels: readonly Label[],
  view: View,
  names: (label: Label) => readonly string[],
  widthOf: (text: string, size: number) => number,
): Written[] {
  const scale = worldSize(view.zoom);
  const taken: { x: number; y: number; half: number; size: number }[] = [];
  const shown: Written[] = [];
  for (const label of labels) {
    const room = label.width * scale;
    if (room < NARROWEST) continue;
    const places = onScreen(view, label.at, 40);
    if (places.length === 0) continue;
    const size = room > 420 ? 15 : room > 160 ? 13 : 11;
    const text = names(label).find((name) => widthOf(name, size) <= room * BEYOND);
    if (text === undefined) continue;
    const width = widthOf(text, size);
    for (const { x, y } of places) {
      const half = width / 2 + GAP;
      const covers = taken.some(
        (other) =>
          Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < (other.size + size) * 0.75,
      );
      if (covers) continue;
      taken.push({ x, y, half, size });
      shown.push({ x, y, text, size });
    }
  }
  return shown;
}

const known = new Map<string, readonly string[]>();

/** A country's names in the person's language, the short one last; else as the atlas has it. */
export function namesOf({ code, name }: Label, language: string = texts.language): readonly string[] {
  const key = `${language}/${code}/${name}`;
  const before = known.get(key);
  if (before) return before;
  const found = (['long', 'short'] as const).flatMap((style) => regionName(code, language, style) ?? []);
  const made = found.length > 0 ? [...new Set(found)] : [name];
  known.set(key, made);
  return made;
}

/** `und-276` is `und-DE` written in numbers. */
function regionName(code: string, language: string, style: 'long' | 'short'): string | null {
  if (code === '') return null;
  try {
    const { region } = new Intl.Locale(`und-${code.padStart(3, '0')}`);
    if (!region || /^\d|^ZZ$/.test(region)) return null;
    const names = new Intl.DisplayNames([language], { type: 'region', style, fallback: 'none' });
    return names.of(region) ?? null;
  } catch {
    return null;
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
