/** Names of countries on the map: where there is room, and never one over another. Pure. */
import { texts } from '../i18n/i18n';
import { onScreen, worldSize, type Point, type View } from './projection';

export interface Label {
  /** Two letters of ISO 3166-1, or nothing. */
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

function regionName(code: string, language: string, style: 'long' | 'short'): string | null {
  if (code === '') return null;
  try {
    const names = new Intl.DisplayNames([language], { type: 'region', style, fallback: 'none' });
    return names.of(code) ?? null;
  } catch {
    return null;
  }
}
