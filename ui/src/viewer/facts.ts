/** A photo's record as short texts for the information panel. */
import type { Ledger, Photo } from '../backend/types';
import { ago } from '../household/device';
import { t, texts, type Key, type Texts } from '../i18n/i18n';
import { sources } from './replicas';

const SHOWN = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/svg+xml'];

/** True where every engine the app runs in draws the original itself; others stay at the preview. */
export function browserShows(mime: string): boolean {
  return SHOWN.includes(mime);
}

/** "1/250 s · f/4 · ISO 400 · 35 mm", of what is known. */
export function exposure(photo: Photo, words: Texts = texts): string {
  const { iso, f_number, exposure_time_s, focal_length_mm } = photo.exposure;
  const parts: string[] = [];
  if (exposure_time_s) parts.push(`${shutter(exposure_time_s, words)} s`);
  if (f_number) parts.push(`f/${words.number(f_number, { maximumFractionDigits: 1 })}`);
  if (iso) parts.push(`ISO ${words.number(iso, { useGrouping: false })}`);
  if (focal_length_mm) parts.push(`${words.number(focal_length_mm, { maximumFractionDigits: 1 })} mm`);
  return parts.join(' · ');
}

/** Fractions below a third of a second, as on the camera's dial. */
export function shutter(seconds: number, words: Texts = texts): string {
  if (seconds < 0.3) return `1/${words.number(Math.round(1 / seconds), { useGrouping: false })}`;
  return words.number(seconds, { maximumFractionDigits: 1 });
}

/** "4000 × 3000 · 12 MP"; megapixels are no measure of what has not even a tenth of one. */
export function pixels({ width, height }: { width: number; height: number }, words: Texts = texts): string {
  const size = `${width} × ${height}`;
  const count = Math.round((width * height) / 1e5) / 10;
  return count > 0 ? `${size} · ${words.t('info.megapixels', { count })}` : size;
}

/** Degrees with five digits: a metre, which is more than a camera knows. */
export function position([latitude = 0, longitude = 0]: readonly number[], words: Texts = texts): string {
  const degrees = (value: number) =>
    `${words.number(Math.abs(value), { minimumFractionDigits: 5, maximumFractionDigits: 5 })}°`;
  const east = words.language === 'de' ? 'O' : 'E';
  return `${degrees(latitude)} ${latitude < 0 ? 'S' : 'N'}, ${degrees(longitude)} ${longitude < 0 ? 'W' : east}`;
}

const SOURCES: Record<string, Key> = {
  exif_original: 'info.date.exif_original',
  exif_digitized: 'info.date.exif_digitized',
  gps: 'info.date.gps',
  xmp: 'info.date.xmp',
  video: 'info.date.video',
  takeout: 'info.date.takeout',
  file_name: 'info.date.file_name',
  exif_modified: 'info.date.exif_modified',
  file_time: 'info.date.file_time',
};

/** Where the date came from, in words; nothing for a source that this version does not know. */
export function takenSource(photo: Photo): string {
  if (photo.taken_by_hand) return t('info.date.by_hand');
  const key = SOURCES[photo.taken_source];
  return key ? t(key) : '';
}

/** "+02:00" where the record knows its offset, else nothing: `-00:00` says that none is known. */
export function offset(takenAt: string): string {
  const match = /([+-]\d{2}:\d{2}|Z)$/.exec(takenAt);
  if (!match || match[1] === '-00:00') return '';
  return `UTC${match[1] === 'Z' ? '' : match[1]}`;
}

/** "JPEG", "PDF": the type as people say it, from the MIME type and the name. */
export function typeName(mime: string, name: string): string {
  const extension = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1];
  if (mime === 'image/jpeg') return 'JPEG';
  if (extension) return extension.toUpperCase();
  return (mime.split('/')[1] ?? mime).toUpperCase();
}

/** A number as it is typed, as the API takes it: some write a comma for the point. */
export function numberOf(text: string): string {
  return text.trim().replace(/^([+-]?\d+),(\d+)$/, '$1.$2');
}

/** What the other devices that hold the original are called; only those within reach, if asked. */
export function sourceNames(
  photo: Photo,
  ledger: Ledger | null,
  within = false,
  words: Texts = texts,
): string[] {
  return sources(photo, ledger)
    .filter(({ reachable }) => reachable || !within)
    .map(({ name }) => (name === null ? words.t('original.bucket') : words.isolated(name)));
}

const ORIGINAL_FAULTS: Record<string, Key> = {
  original_missing: 'original.missing',
  original_damaged: 'original.damaged',
  purged: 'where.purged',
  broken_off: 'original.broken',
  undrawn: 'original.undrawn',
};

/** Why an original is not shown, as a sentence. */
export function originalFault(
  { code, reason }: { code: string; reason: string },
  photo: Photo,
  ledger: Ledger | null,
  words: Texts = texts,
  now = Date.now(),
): string {
  if (code === 'original_unreachable') {
    const away = sources(photo, ledger).map(({ name, seen_at }) => {
      const device = name === null ? words.t('original.bucket') : words.isolated(name);
      return seen_at ? words.t('original.seen', { device, when: ago(seen_at, now, words) }) : device;
    });
    if (away.length === 0) return words.t('original.nobody');
    return words.t('original.away', { count: away.length, devices: words.list(away, 'conjunction') });
  }
  const key = ORIGINAL_FAULTS[code];
  return key ? words.t(key) : words.t('original.failed', { reason });
}
