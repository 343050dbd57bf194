/**
 * Build, dev server and tests. What the first photo needs is one script, the texts of one language and one stylesheet,
 * because every further file is one more round trip; the other rooms come while nothing else is to do, or when entered.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { pack } from './src/map/packed.ts';
import { projected, type World } from './src/map/world.ts';

const api = process.env['KINFOLIO_API'] ?? 'http://127.0.0.1:8787';
// The node takes wishes from pages of its own host only: the one that the browser sees.
const proxied = { target: api, changeOrigin: false };
const mark = new URL('../icons/kinfolio.svg', import.meta.url);

/** Serves and emits the product's mark from `icons/`, its only home. */
function sharedMark(): Plugin {
  return {
    name: 'kinfolio-mark',
    configureServer(server) {
      server.middlewares.use('/kinfolio.svg', (_request, response) => {
        response.setHeader('content-type', 'image/svg+xml');
        response.end(readFileSync(mark));
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'kinfolio.svg', source: readFileSync(mark) });
    },
  };
}

/** Projects the atlas' countries into a file for the map, whose address is `virtual:world/…`. */
function worldMaps(): Plugin {
  const SOURCES = { coarse: 'countries-50m', fine: 'countries-10m' };
  const PREFIX = 'virtual:world/';
  const isDetail = (name: string): name is keyof typeof SOURCES => name in SOURCES;
  const made = new Map<string, Uint8Array>();
  const make = (detail: keyof typeof SOURCES) => {
    const file = new URL(`node_modules/world-atlas/${SOURCES[detail]}.json`, import.meta.url);
    const bytes = made.get(detail) ?? pack(projected(JSON.parse(readFileSync(file, 'utf8')) as World));
    made.set(detail, bytes);
    return bytes;
  };
  let serves = false;
  return {
    name: 'kinfolio-world',
    configResolved: ({ command }) => void (serves = command === 'serve'),
    configureServer(server) {
      server.middlewares.use('/world', (request, response, next) => {
        const detail = /^\/(\w+)\.bin/.exec(request.url ?? '')?.[1] ?? '';
        if (isDetail(detail)) response.end(make(detail));
        else next();
      });
    },
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
    load(id) {
      const detail = id.slice(PREFIX.length + 1);
      if (!id.startsWith(`\0${PREFIX}`) || !isDetail(detail)) return null;
      if (serves) return `export default '/world/${detail}.bin'`;
      const source = make(detail);
      const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
      const fileName = `assets/world-${detail}-${hash}.bin`;
      this.emitFile({ type: 'asset', fileName, source });
      return `export default '/${fileName}'`;
    },
  };
}

export default defineConfig({
  plugins: [svelte(), svelteTesting(), sharedMark(), worldMaps()],
  server: {
    proxy: { '/api': proxied, '/docs': proxied, '/openapi.json': proxied },
    fs: { allow: ['.', '../icons'] },
  },
  build: {
    target: 'es2023',
    modulePreload: false,
    assetsInlineLimit: 0,
    // One whose script was loaded and whose styles were not would be shown without them.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What the first page needs stays one script, whatever later rooms share with it.
            { name: 'index', tags: ['$initial'], priority: 3 },
            { name: 'map', test: /src\/map\//, priority: 2 },
            // So that a room comes in two scripts rather than in one for each control that it has in common.
            { name: 'shared', test: /src\/(?!i18n\/)/, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    // Ten times what the slowest test takes on an idle machine: busy ones are slow, not wrong.
    testTimeout: 60_000,
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
  },
});
