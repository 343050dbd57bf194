/** Blurred placeholders from thumbhashes, decoded once each and kept for as long as they are likely to be seen again. */
import { thumbHashToDataURL } from 'thumbhash';

const KEPT_MAX = 2000;
const kept = new Map<string, string>();

/** A data URL of the blurred picture, or null where there is none or it cannot be read. */
export function placeholder(thumbhash: string): string | null {
  if (thumbhash === '') return null;
  const known = kept.get(thumbhash);
  if (known !== undefined) return known;
  const url = decode(thumbhash);
  if (url === null) return null;
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value ?? '');
  kept.set(thumbhash, url);
  return url;
}

function decode(thumbhash: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0));
    return bytes.length < 5 ? null : thumbHashToDataURL(bytes);
  } catch {
    return null;
  }
}
