/**
 * Writes `src/generated/api.ts` from `src/generated/openapi.json`, which the HTTP crate writes. With `--check` it
 * writes nothing and fails when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../src/generated/openapi.json', import.meta.url);
const target = new URL('../src/generated/api.ts', import.meta.url);

const document = JSON.parse(readFileSync(source, 'utf8'));
const types = `/* Generated from openapi.json by \`npm run generate\`: never edited. */\n${astToString(await openapiTS(document, { defaultNonNullable: false }))}`;

if (process.argv.includes('--check')) {
  const written = readFileSync(target, 'utf8');
  if (written !== types) {
    process.stderr.write('src/generated/api.ts is stale: run `npm run generate` in ui/\n');
    process.exit(1);
  }
} else {
  writeFileSync(target, types);
}
