// The browser bundle can fail.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundleForBrowser } from './bundle.ts';

const directory = mkdtempSync(join(tmpdir(), 'twill-bundle-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function bundle(text: string): ReturnType<typeof bundleForBrowser> {
  writeFileSync(join(directory, 'entry.ts'), text);
  return await bundleForBrowser(join(directory, 'entry.ts'));
}

it('measures what is left after minifying', async () => {
  const { bytes, gzip } = await bundle('// A comment.\nexport const longName: number = 1;\n');
  expect(bytes).toBeGreaterThan(10);
  expect(bytes).toBeLessThan(40);
  expect(gzip).toBeGreaterThan(bytes);
});

it('refuses a module of Node', async () => {
  await expect(bundle("import { readFileSync } from 'node:fs';\nexport { readFileSync };\n")).rejects.toThrow(
    'node:fs',
  );
});

it('refuses a package that is not there', async () => {
  await expect(bundle("export * from '@twilljs/nowhere';\n")).rejects.toThrow('@twilljs/nowhere');
});
