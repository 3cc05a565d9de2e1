// Results of documents that are made at several sizes: groups, curves with what is published, and maps of where answers are found.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Suite } from '@twilljs/eval';
import { known } from 'twilljs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Block } from '../document.ts';
import { markdown } from '../markdown.ts';
import { sideBySide, writeReport } from '../node.ts';
import { page } from '../page.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-sizes-')));
beforeAll(() => process.chdir(work));
afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const DATE = '2026-11-30T12-00-00.000000';
const DEPTHS = [0, 33, 66, 100];

/** So many answers at four depths of 64 and of 128 tokens each, found from a depth on; at 256 there is no document. */
function made(directory: string, [short, long]: readonly [number, number], copies = 2): void {
  mkdirSync(directory, { recursive: true });
  const rows = [64, 128].flatMap((size) =>
    Array.from({ length: copies }, () => DEPTHS)
      .flat()
      .map((depth) => {
        const hit = Number(depth >= (size === 64 ? short : long));
        return { doc: { depth, outputs: ['7'] }, 64: size === 64 ? hit : -1, 128: size === 128 ? hit : -1, 256: -1 };
      }),
  );
  const lines = rows.map((row, i) => JSON.stringify({ doc_id: i, filter: 'none', doc_hash: String(i), ...row }));
  const mean = (size: 64 | 128) => {
    const own = rows.map((row) => row[size]).filter((value) => value !== -1);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  const figures = { '64,none': mean(64), '64_stderr,none': 'N/A', '128,none': mean(128), '128_stderr,none': 'N/A' };
  const json = {
    results: { hay: { ...figures, '256,none': -1, '256_stderr,none': 'N/A' }, farm: figures },
    groups: { farm: figures },
    versions: { hay: 1 },
    'n-shot': { hay: 0 },
    higher_is_better: { hay: { 64: true, 128: true, 256: true } },
    'n-samples': { hay: { original: rows.length, effective: rows.length } },
    notes: ['hay: its words are made up', 'barn is left out'],
  };
  writeFileSync(join(directory, `results_${DATE}.json`), JSON.stringify(json));
  writeFileSync(join(directory, `samples_hay_${DATE}.jsonl`), lines.join('\n'));
}

const published = [{ source: 'Agronomy 3', metric: '128', figures: { Ox: 0.31 } }];
const suite: Suite = {
  ...{ name: 'farm', title: 'What is found in hay', aggregate: null },
  members: [{ name: 'hay', version: 1, published } as unknown as Benchmark],
};
const options = { known, suites: [suite] };

it('has figures by size with means over them, curves, and maps by depth', async () => {
  made('a', [0, 66]);
  made('b', [66, 100]);
  const report = await sideBySide(['a', 'b'], options);
  const text = markdown(report);
  expect(text).toContain('| group | model | 64 | 128 | mean | longer weigh more | shorter weigh more |');
  expect(text).toContain('| What is found in hay | a | 1.000 | 0.500 | 0.750 | 0.667 | 0.833 |');
  expect(text).toMatch(/\| hay \| a \| \*\*1\.000 \[0\.676, 1\.000\]\*\* \| 0\.500 \[0\.215, 0\.785\] \| 0\.750 \|/);
  expect(text).not.toContain('256');
  expect(text).not.toContain('is not what');
  expect(text).toContain('Of hay: its words are made up. barn is left out.');
  expect(text).toContain('| Ox | 0.310 |');
  expect(report.sections[0].title).toBe('By length and depth');
  const [curves, maps] = report.sections[0].blocks.filter(
    (block): block is Extract<Block, { kind: 'pictures' }> => block.kind === 'pictures',
  );
  expect(curves.pictures.map(({ title }) => title)).toEqual(['hay']);
  expect(curves.pictures[0].description).toBe('a at 64: 1.000; a at 128: 0.500; b at 64: 0.500; b at 128: 0.250');
  expect(curves.keys?.map(({ label }) => label)).toEqual(['a', 'b', 'published, of other models']);
  expect(maps.pictures.map(({ title }) => title)).toEqual(['hay, a', 'hay, b']);
  expect(maps.pictures[1].description).toBe(
    '64 at 0 %: 0.000 of 2; 64 at 30 %: 0.000 of 2; 64 at 70 %: 1.000 of 2; 64 at 100 %: 1.000 of 2; ' +
      '128 at 0 %: 0.000 of 2; 128 at 30 %: 0.000 of 2; 128 at 70 %: 0.000 of 2; 128 at 100 %: 1.000 of 2',
  );
  expect((await page(report)).match(/<svg/g)).toHaveLength(3);
});

it('leaves out figures and places that were edited into none, and says so of figures', async () => {
  made('c', [0, 66]);
  const path = `c/results_${DATE}.json`;
  const edit = (at: string, from: string, to: string) =>
    writeFileSync(at, readFileSync(at, 'utf8').replaceAll(from, to));
  edit(path, '"64,none":1', '"64,none":-5,"064,none":0.5');
  edit(`c/samples_hay_${DATE}.jsonl`, '"depth":33', '"depth":330');
  const report = await sideBySide(['c'], options);
  const text = markdown(report);
  expect(text).toContain(`c: 64 of hay is -5 in ${path}.`);
  expect(text).toMatch(/\| task \| 128 \|\n.*\n\| hay \| 0\.500 \[/);
  expect(text).toContain('| hay | 064 | 16 | 0 | 0.500 |');
  const pictures = report.sections.flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === 'pictures'));
  expect(pictures).toEqual([]); // one size, and answers of which it is not known where they stand
});

it('of results beside what is none, the latter is named', async () => {
  made('a', [0, 66]);
  mkdirSync('barn');
  for (const directories of [
    ['a', 'barn'],
    ['barn', 'a'],
  ]) {
    await expect(writeReport(directories, options)).rejects.toThrow('a holds results of benchmarks and barn does not');
    await expect(sideBySide(directories, options)).rejects.toThrow('barn: has no run.json');
  }
});

it('does not tell figures of four documents apart', async () => {
  made('a', [0, 66], 1);
  made('b', [200, 200], 1);
  const text = markdown(await sideBySide(['a', 'b'], options));
  expect(text).toContain('| hay | a | 1.000 [0.510, 1.000] |');
  expect(text).toContain('| hay | 64 ↑ | −1.000 [−1.000, −1.000] |');
  expect(markdown(await sideBySide(['a'], options))).toContain('| group | 64 | 128 |');
});
