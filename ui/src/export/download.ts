/** Downloads of originals, as a browser does them: one link after the other, each by its own name. */

/** Between two downloads, so that the browser takes each for one of its own. */
const PAUSE_MS = 350;

export async function download(urls: readonly string[], signal: AbortSignal): Promise<void> {
  for (const url of urls) {
    if (signal.aborted) return;
    const link = document.createElement('a');
    link.href = url;
    link.download = '';
    link.click();
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}
