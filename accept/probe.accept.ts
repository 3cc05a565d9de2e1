// A probe learns what its mixers are known to learn, and its profile stands on one page with another sweep.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-probe-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function done(...args: string[]): Promise<void> {
  const { code, text } = await ended(twill(args));
  expect(code, text).toBe(0);
}

it('DeltaNet and attention recall and copy', async () => {
  const out = join(home, 'probe');
  await done('probe', '--mixer', 'deltanet', 'attention', '--tasks', 'mqar-zoology', 'selective-copying', '--out', out);
  const { cells } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  for (const { name, recall, macroAccuracy } of cells) {
    expect((recall ?? macroAccuracy)[recall ? 8 : 32], name).toBeGreaterThan(0.85);
  }
  const spec = join(home, 'spec.json');
  const grid = { task: 'recall', mixers: ['hgrn'], training: { steps: 3 }, data: { length: 16, pairs: 4, batch: 2 } };
  writeFileSync(spec, JSON.stringify({ name: 'small', grids: [grid] }));
  await done('sweep', spec, '--out', join(home, 'sweep'));
  await done('report', join(home, 'sweep'), out);
  const text = readFileSync(join(home, 'sweep', 'report.md'), 'utf8');
  expect([...text.matchAll(/^## (Recall|Profile.*)$/gm)].map(([, title]) => title)).toEqual([
    ...['Recall', 'Profile of DeltaNet and Transformer on small tasks'],
  ]);
});
