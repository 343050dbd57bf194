/**
 * Invented photos for the memory backend: everything about one follows from its month and its number within it, so
 * that a library of a million costs nothing until somebody looks. Pictures are drawn as SVG landscapes.
 */
import { rgbaToThumbHash } from 'thumbhash';
import type { Kind, MonthCount, Photo } from './types';

const RATIOS = [1.5, 1.5, 1.5, 1.333, 1.333, 0.75, 0.667, 1.778, 1, 2.6];
const CAMERAS = ['Nikon Z 6', 'Apple iPhone 12', 'Canon EOS R6', 'Fujifilm X-T4'];
const TAGS = ['holiday', 'holiday/greece', 'garden', 'birthday', 'grandparents', 'school'];
const SKIES = [
  [24, 88, 60],
  [205, 60, 78],
  [340, 45, 80],
  [265, 38, 70],
  [190, 50, 76],
  [38, 85, 68],
] as const;

/** Where outings lead: a name where it is known, and the middle. Mostly home; once to both sides of the date line. */
const PLACES: readonly [string | null, number, number][] = [
  ['Vienna, Austria', 48.2, 16.35],
  [null, 47.81, 13.04],
  ['Heraklion, Greece', 35.2, 25.05],
  [null, 38.71, -9.15],
  ['Vienna, Austria', 48.19, 16.3],
  [null, -16.8, 179.95],
  ['Vienna, Austria', 48.25, 16.4],
  [null, 40.72, -73.98],
];

/** Photos among which there is at most one burst, or one of each of two cameras. */
const STRETCH = 16;

/** `yyyy-mm` and a number in it, 0 the newest, `of` so many. */
export interface Where {
  month: string;
  number: number;
  of: number;
}

export function idOf(where: Where): string {
  const tail = `${where.number.toString(16).padStart(8, '0')}${where.of.toString(16).padStart(8, '0')}`;
  return where.month.replace('-', '').padStart(48, '0') + tail;
}

/** The inverse of `idOf`; null for an id that this file has not made. */
export function whereIs(id: string): Where | null {
  const match = /^0{42}(\d{4})(\d{2})([0-9a-f]{8})([0-9a-f]{8})$/.exec(id);
  if (!match) return null;
  const [, year, month, number, of] = match;
  return { month: `${year}-${month}`, number: parseInt(number ?? '0', 16), of: parseInt(of ?? '1', 16) };
}

/** Where a photo is in a burst: the first of it, and how many were taken before this one. */
export interface Moment {
  first: Where;
  place: number;
  /** Whose time all cameras of that moment share. */
  oldest: Where;
}

/** Most stretches of sixteen photos hold a burst, of one camera or of two that take turns. */
export function momentOf(where: Where): Moment | null {
  const stretch = Math.floor(where.number / STRETCH);
  const seed = hash(`${where.month}/stretch ${stretch}`);
  if (seed % 4 === 0) return null;
  const cameras = seed % 5 === 0 ? 2 : 1;
  const newest = stretch * STRETCH + ((seed >>> 4) % 3);
  const oldest = newest + (3 + ((seed >>> 8) % 5)) * cameras - 1;
  if (where.number < newest || where.number > oldest || oldest >= where.of) return null;
  const camera = (oldest - where.number) % cameras;
  return {
    first: { ...where, number: oldest - camera },
    place: Math.floor((oldest - where.number) / cameras),
    oldest: { ...where, number: oldest },
  };
}

/** The photos of a burst are invented from its first one. */
export function invent(where: Where, moment: Moment | null = null): Photo {
  const first = moment?.first ?? where;
  const place = moment?.place ?? 0;
  const seed = seedOf(first);
  const ratio = pick(RATIOS, seed);
  const long = 4000;
  const [width, height] = ratio >= 1 ? [long, Math.round(long / ratio)] : [Math.round(long * ratio), long];
  const kind: Kind = moment ? 'photo' : seed % 41 === 7 ? 'file' : seed % 29 === 3 ? 'video' : 'photo';
  const number = 1000 + (seed % 9000) + place;
  const tagged = seed % 3 === 0 ? [pick(TAGS, seed >>> 3)] : [];
  return {
    id: idOf(where),
    name:
      kind === 'file' ? `Letter ${number}.pdf` : kind === 'video' ? `MOV_${number}.MOV` : `DSC_${number}.JPG`,
    folder: `Photos/${where.month.slice(0, 4)}`,
    kind,
    mime: kind === 'file' ? 'application/pdf' : kind === 'video' ? 'video/quicktime' : 'image/svg+xml',
    size: 2_000_000 + (seed % 6_000_000),
    width,
    height,
    taken_at: takenAt(moment?.oldest ?? where, place),
    taken_source: kind === 'file' ? 'file_time' : 'exif_original',
    taken_by_hand: false,
    camera: kind === 'file' ? '' : pick(CAMERAS, seed >>> 5),
    lens: kind === 'photo' ? '24–70 mm f/4' : '',
    exposure:
      kind === 'photo'
        ? { iso: 100 << (seed % 5), f_number: 4, exposure_time_s: 0.004, focal_length_mm: 35 }
        : {},
    position: seed % 2 === 0 ? positionOf(seed) : null,
    place: seed % 2 === 0 ? placeOf(seed)[0] : null,
    altitude_m: seed % 4 === 0 ? seed % 2000 : null,
    caption: '',
    tags: tagged,
    albums: seed % 5 === 0 ? [`Summer ${where.month.slice(0, 4)}`] : [],
    people: seed % 7 === 0 ? ['Anna Miller', 'Ben'] : [],
    fields: seed % 11 === 0 ? { Box: 'Attic, third shelf' } : {},
    rating: place === 1 && seed % 2 === 0 ? 4 : 0,
    favorite: false,
    trashed: false,
    state: 'committed',
    block: 1 + (seed % 37),
    conflicts: [],
    warning: seed % 53 === 5 ? 'The file ends early: the preview shows what could be read.' : null,
    thumbhash: kind === 'file' ? '' : thumbhashOf(seed, ratio),
    replicas: [{ device: '0'.repeat(32), verified_at: '2024-06-01T12:00:00Z' }],
    added_by: '0'.repeat(32),
    added_at: '2024-06-01T12:00:00Z',
    purged: false,
    exif: { Make: 'Kinfolio', Software: 'memory' },
  };
}

/** An SVG landscape as a data URL, the same for the same id; the sun moves on with the `place` in a burst. */
export function picture(id: string, ratio: number, place = 0): string {
  const seed = hash(id);
  const [hue, saturation, light] = pick(SKIES, seed);
  const width = 600;
  const height = Math.round(width / ratio);
  const at = (share: number) => Math.round(height * share);
  const sun = 60 + ((seed + 24 * place) % 480);
  const ridge = (base: number, wave: number, phase: number) => {
    const points = Array.from({ length: 25 }, (_, i) => {
      const y = at(base) + Math.sin(i / 2.2 + phase) * wave + Math.sin(i / 0.9 + phase * 2) * (wave / 3);
      return `${i * 25},${Math.round(y)}`;
    });
    return `M0,${height} L${points.join(' L')} L${width},${height}Z`;
  };
  const hill = (shade: number) => `hsl(${(hue + 140) % 360},22%,${shade}%)`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
    `<linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop stop-color="hsl(${hue + 15},${saturation}%,${light - 22}%)"/>` +
    `<stop offset="1" stop-color="hsl(${hue},${saturation}%,${light + 12}%)"/></linearGradient>` +
    `<rect width="${width}" height="${height}" fill="url(#s)"/>` +
    `<circle cx="${sun}" cy="${at(0.34)}" r="${at(0.07)}" fill="hsl(45,90%,92%)"/>` +
    `<path d="${ridge(0.56, 26, seed % 7)}" fill="${hill(52)}"/><path d="${ridge(0.68, 20, seed % 5)}" fill="${hill(38)}"/>` +
    `<path d="${ridge(0.84, 12, seed % 3)}" fill="${hill(22)}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Spreads photos over the months before June 2024: summers full, Februaries thin. */
export function spread(photos: number): MonthCount[] {
  const months: MonthCount[] = [];
  const wanted = photos > 5000 ? 240 : Math.max(1, Math.min(90, Math.ceil(photos / 14)));
  let left = photos;
  for (let i = 0; i < wanted && left > 0; i += 1) {
    const at = 2024 * 12 + 5 - i;
    const month = `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
    const share = (photos / wanted) * (0.35 + (hash(month) % 130) / 100);
    const count = i === wanted - 1 ? left : Math.max(1, Math.min(left, Math.round(share)));
    months.push({ month, count });
    left -= count;
  }
  return months;
}

/** A small stable hash (FNV-1a). */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 0;
}

function seedOf(where: Where): number {
  return hash(`${where.month}/${where.number}`);
}

function placeOf(seed: number): (typeof PLACES)[number] {
  return pick(PLACES, seed >>> 7);
}

function positionOf(seed: number): [number, number] {
  const [, lat, lon] = placeOf(seed);
  const east = lon + ((seed % 77) - 38) / 400;
  return [lat + ((seed % 100) - 50) / 600, east > 180 ? east - 360 : east];
}

function pick<T>(list: readonly T[], seed: number): T {
  return list[seed % list.length] as T;
}

/** Photos come in outings: a few days of a month have most of them. */
function takenAt(where: Where, place: number): string {
  const seed = seedOf(where);
  const outings = Math.min(27, 2 + Math.floor(where.of / 9));
  const outing = Math.floor((where.number / where.of) * outings);
  const day = 28 - Math.floor((outing * 27) / outings);
  const within = (where.number / where.of) * outings - outing;
  const minutes = Math.floor(20 * 60 - within * 11 * 60);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two((seed % 45) + place)}`;
  return `${where.month}-${two(day)}T${time}${seed % 5 === 0 ? '-00:00' : '+02:00'}`;
}

function thumbhashOf(seed: number, ratio: number): string {
  const width = 16;
  const height = Math.max(6, Math.round(width / ratio));
  const rgba = new Uint8Array(width * height * 4);
  const warm = seed % 120;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const sky = y < height * 0.6;
      rgba.set([sky ? 130 + warm : 60, sky ? 150 : 80, sky ? 230 - warm : 70, 255], (y * width + x) * 4);
    }
  }
  return btoa(String.fromCharCode(...rgbaToThumbHash(width, height, rgba)));
}
