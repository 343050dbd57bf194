/** Placeholders from thumbhashes, decoded once each and kept for as long as they are likely to be seen again. */
import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

const KEPT_MAX = 2000;

/** A data URL of the blurred picture, or null where there is none or it cannot be read. */
export const placeholder = keeping(thumbHashToDataURL);

/** The colour of the picture as a whole, or null where there is none or it cannot be read. */
export const colour = keeping((bytes) => {
  const { r, g, b } = thumbHashToAverageRGBA(bytes);
  return `rgb(${[r, g, b].map((part) => Math.round(part * 255)).join(' ')})`;
});

function keeping(read: (bytes: Uint8Array) => string): (thumbhash: string) => string | null {
  const kept = new Map<string, string>();
  return (thumbhash) => {
    if (thumbhash === '') return null;
    const known = kept.get(thumbhash);
    if (known !== undefined) return known;
    const value = decode(thumbhash, read);
    if (value === null) return null;
    if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value ?? '');
    kept.set(thumbhash, value);
    return value;
  };
}

function decode(thumbhash: string, read: (bytes: Uint8Array) => string): string | null {
  try {
    const bytes = Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0));
    return bytes.length < 5 ? null : read(bytes);
  } catch {
    return null;
  }
}
