/** Downloads of originals, as a browser does them: one link after the other, each by its own name. */
import type { Backend } from '../backend/backend';

/** Between two downloads, so that the browser takes each for one of its own. */
const PAUSE_MS = 350;

/** Hands an original to the browser; throws why it cannot be had. */
export async function download(backend: Backend, id: string, signal: AbortSignal): Promise<void> {
  await begin(backend, id, signal);
  const link = document.createElement('a');
  link.href = backend.originalUrl(id);
  link.download = '';
  link.click();
  await new Promise((done) => setTimeout(done, PAUSE_MS));
}

/** Reads the first bytes and no more: a link does not say why nothing came of it. */
async function begin(backend: Backend, id: string, signal: AbortSignal): Promise<void> {
  const enough = new AbortController();
  const leave = () => enough.abort();
  signal.addEventListener('abort', leave);
  try {
    await backend.original(id, enough.signal, leave);
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
  signal.throwIfAborted();
}
