// The text of a sweep: where it comes from, how it is split, and what is too short.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { known } from 'twilljs';
import { afterAll, expect, it } from 'vitest';
import { planSweep, readSweepSpec } from './index.ts';
import { readSweepText } from './node.ts';

const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-text-')));
const [a, b, short] = ['a.txt', 'b.txt', 'short.txt'].map((name) => join(work, name));
writeFileSync(a, 'a'.repeat(200));
writeFileSync(b, 'b'.repeat(60));
writeFileSync(short, 'Call me');
afterAll(() => rmSync(work, { recursive: true }));

const cellsOf = (task: string, data = {}) =>
  planSweep(readSweepSpec({ grids: [{ task, mixers: ['gla'], training: { steps: 1 }, data }] }, known), known);
const cells = cellsOf('text', { length: 16 });

it('comes from files, and is split as it was', async () => {
  await expect(readSweepText(cells, { files: ['-'] })).rejects.toThrow(/every model of a sweep reads the text/);
  const before = { spec: { name: 'x', grids: [] }, corpus: { sha256: 'x' }, origin: null };
  expect(await readSweepText(cells, { files: [a, b] }, before)).toMatchObject({ split: 'documents' });
  expect(await readSweepText(cells, { files: [a, b] })).not.toHaveProperty('split');
});

it('is not read where nobody learns from it', async () => {
  const missing = () => {
    throw new Error('asked for');
  };
  expect(await readSweepText(cellsOf('recall'), missing)).toBe(null);
  await expect(readSweepText(cells, missing)).rejects.toThrow('asked for');
});

it('is refused when it is too short to train or to measure on', async () => {
  await expect(readSweepText(cells, { files: [short] })).rejects.toThrow(/of which none can be predicted/);
  const long = cellsOf('text', { length: 512 });
  await expect(readSweepText(long, { files: [a, b] })).rejects.toThrow(/a window of length 512 reads 513/);
});
