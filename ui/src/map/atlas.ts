/** Fetches the world from files of the program's own, and reads them by and by, so that nothing else waits for it. */
import coarseUrl from 'virtual:world/coarse';
import fineUrl from 'virtual:world/fine';
import { unpack, type Atlas } from './packed';

export type Detail = 'coarse' | 'fine';

/** Longer than this nobody waits for a frame because of the map. */
const SLICE_MS = 5;
const URLS: Record<Detail, string> = { coarse: coarseUrl, fine: fineUrl };

export async function atlas(detail: Detail): Promise<Atlas> {
  const response = await fetch(URLS[detail]);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return unpack(new Uint8Array(await response.arrayBuffer()), pauses());
}

/** Lets the page go on whenever a slice of time is used up. */
function pauses(): () => Promise<void> | void {
  let until = performance.now() + SLICE_MS;
  return () => {
    if (performance.now() < until) return;
    return new Promise((done) =>
      setTimeout(() => {
        until = performance.now() + SLICE_MS;
        done();
      }),
    );
  };
}
