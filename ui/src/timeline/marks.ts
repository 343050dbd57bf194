/** Moments that are measured: they cost nothing, and stand in the browser's own list of marks. */

/** When the page's script began, and when the first thumbnail was drawn. */
export const SCRIPT = 'kinfolio.script';
export const FIRST_THUMBNAIL = 'kinfolio.first-thumbnail';
/** What lies between: the library answered with its months, and with the rows of the first part. */
export const COUNTED = 'kinfolio.counted';
export const ROWS = 'kinfolio.rows';

/** Marks the first time that something happens. */
export function markOnce(name: string): void {
  if (performance.getEntriesByName(name).length === 0) performance.mark(name);
}

/** What waits for the first thumbnail does so no longer than this. */
const FIRST_MS = 1000;

let seen = false;
let tell: () => void = () => undefined;

const thumbnailSeen = new Promise<void>((done) => (tell = done));

export function sawThumbnail(): void {
  if (seen) return;
  seen = true;
  performance.mark(FIRST_THUMBNAIL);
  tell();
}

let first: Promise<void> | undefined;

/** Until the first thumbnail is drawn; not longer than it may take, as there may be none. */
export function photosFirst(): Promise<void> {
  first ??= Promise.race([thumbnailSeen, new Promise<void>((done) => setTimeout(done, FIRST_MS))]);
  return first;
}
