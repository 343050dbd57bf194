/** Moments that are measured: they cost nothing, and stand in the browser's own list of marks. */

/** When the page's script began, and when the first thumbnail was drawn. */
export const SCRIPT = 'kinfolio.script';
export const FIRST_THUMBNAIL = 'kinfolio.first-thumbnail';

let seen = false;
let tell: () => void = () => undefined;

/** What can wait for the first thumbnail. */
export const thumbnailSeen = new Promise<void>((done) => (tell = done));

export function sawThumbnail(): void {
  if (seen) return;
  seen = true;
  performance.mark(FIRST_THUMBNAIL);
  tell();
}
