/** Decides which backend stands behind the UI and puts the UI on the page. Nothing else knows how many there are. */
import './design/tokens.css';
import './design/base.css';
import { mount } from 'svelte';
import { App } from './app.svelte';
import Root from './Root.svelte';
import type { Backend } from './backend/backend';
import { WebBackend } from './backend/web';
import { loadTexts, texts } from './i18n/i18n';
import { SCRIPT } from './timeline/marks';
import Unloaded from './Unloaded.svelte';

performance.mark(SCRIPT);

async function chooseBackend(): Promise<Backend> {
  const wishes = new URLSearchParams(location.search);
  if (import.meta.env.DEV && wishes.get('backend') === 'memory') {
    const { MemoryBackend } = await import('./backend/memory');
    const backend = new MemoryBackend({
      photos: Number(wishes.get('photos') ?? 1204),
      library: wishes.get('library') !== 'none',
      latency: Number(wishes.get('latency') ?? 15),
      devices: Number(wishes.get('devices') ?? 1),
      bursts: wishes.get('bursts') !== 'none',
    });
    // For whoever tries the UI without a household of their own.
    Object.assign(window, { backend });
    return backend;
  }
  if (!('__TAURI_INTERNALS__' in window)) return new WebBackend();
  const { DesktopBackend } = await import('./backend/desktop');
  return new DesktopBackend();
}

/** What came with a script of its own may not have come: then the page says so, rather than stay empty. */
async function start(target: HTMLElement): Promise<void> {
  document.documentElement.lang = texts.language;
  try {
    const [backend] = await Promise.all([chooseBackend(), loadTexts()]);
    const app = new App(backend);
    app.preferences.apply();
    // The library is asked first: the page is made while it opens.
    void app.check();
    mount(Root, { target, props: { app } });
  } catch {
    mount(Unloaded, { target, props: { onretry: () => location.reload() } });
  }
}

// The page's script waits for nothing: the others, which build upon it, would wait for its end.
const target = document.getElementById('app');
if (target) void start(target);
