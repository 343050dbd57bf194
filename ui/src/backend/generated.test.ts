import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

it('the types are those of openapi.json: else run `npm run generate`', () => {
  const check = () =>
    execFileSync(process.execPath, [resolve('scripts/generate.mjs'), '--check'], { stdio: 'pipe' });
  expect(check).not.toThrow();
}, 30_000);
