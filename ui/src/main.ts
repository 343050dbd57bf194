/** Decides which backend stands behind the UI and puts the UI on the page. Nothing else knows how many there are. */
import './design/tokens.css';
import './design/base.css';
import { mount } from 'svelte';
import { App } from './app.svelte';
import Root from './Root.svelte';
import type { Backend } from './backend/backend';
import { DesktopBackend, inDesktop } from './backend/desktop';
import { WebBackend } from './backend/web';
import { texts } from './i18n/i18n';
import { SCRIPT } from './timeline/marks';

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
  return inDesktop() ? new DesktopBackend() : new WebBackend();
}

const target = document.getElementById('app');
if (target) {
  document.documentElement.lang = texts.language;
  const app = new App(await chooseBackend());
  mount(Root, { target, props: { app } });
  void app.check();
}
