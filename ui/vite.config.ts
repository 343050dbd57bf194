/**
 * Build, dev server and tests. What the first photo needs is one script and one stylesheet, because the desktop serves
 * them through `kinfolio://` and every extra file there is one more round trip; rooms like the map come when entered.
 */
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

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

export default defineConfig({
  plugins: [svelte(), svelteTesting(), sharedMark()],
  server: {
    proxy: { '/api': proxied, '/docs': proxied, '/openapi.json': proxied },
    fs: { allow: ['.', '../icons'] },
  },
  build: {
    target: 'es2023',
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What the first page needs stays one script, whatever later rooms share with it.
          groups: [{ name: 'index', tags: ['$initial'], priority: 1 }],
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
