/** What a slideshow draws of a photo: its original where that is at hand, else the large preview. */
import type { Backend } from '../backend/backend';
import type { Ledger, Photo, Row } from '../backend/types';
import { browserShows } from './facts';

/** Larger originals would not be here in time. */
const ORIGINAL_BYTES_MAX = 40_000_000;

export interface Shown {
  row: Row;
  /** Address of the picture; of a video, what stands in for it. */
  picture: string;
  /** Address of the video; null for a picture. */
  video: string | null;
  alt: string;
}

/** Without its record a photo is shown all the same, as its preview. */
export async function slideOf(row: Row, backend: Backend, ledger: Ledger | null): Promise<Shown> {
  const preview = backend.thumbnailUrl(row.id, 1080);
  const photo = await backend.photo(row.id).catch(() => null);
  const picture = photo && atHand(photo, ledger) ? backend.originalUrl(row.id) : preview;
  const video = row.kind === 'video' ? backend.originalUrl(row.id) : null;
  return { row, picture, video, alt: photo?.caption || (photo?.name ?? '') };
}

function atHand(photo: Photo, ledger: Ledger | null): boolean {
  const { kind, mime, size, replicas } = photo;
  return (
    kind === 'photo' &&
    browserShows(mime) &&
    size <= ORIGINAL_BYTES_MAX &&
    replicas.some(({ device }) => device === ledger?.device.id)
  );
}
