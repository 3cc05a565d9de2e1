// The programs of examples/ do what their `// =>` lines say.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './check/repository.ts';
import { runFence } from './doctest.ts';

const files = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.ts'));

it('are numbered without a gap', () => {
  expect(files.map((file) => Number.parseInt(file, 10))).toEqual(files.map((_, i) => i + 1));
});

it.each(files)('%s', async (file) => {
  const code = readFileSync(join(root, 'examples', file), 'utf8');
  expect(code.match(/\/\/ =>/g)?.length ?? 0).toBeGreaterThan(1);
  expect(await runFence({ file: `examples/${file}`, line: 0, code, norun: null })).toBeNull();
});
