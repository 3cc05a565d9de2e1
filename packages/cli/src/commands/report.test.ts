// Reports of sweeps that ran: what one prints to reproduce it, run as printed, gives the same numbers.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { grouped } from '@twilljs/eval';
import type { SweepResults } from '@twilljs/sweep';
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

it('a sweep of a mixture, of which one text is a column', async () => {
  writeFileSync(
    'rows.jsonl',
    ['one row', 'another'].map((body) => JSON.stringify({ body: body.repeat(99) })).join('\n'),
  );
  writeFileSync('plain.txt', 'Call me Ishmael. '.repeat(50));
  const data = ['3:rows.jsonl', '1:plain.txt', '--column', 'body'];
  await twill(['sweep', 'grid.json', '--out', 'runs/rows', '--device', 'cpu', '--data', ...data]);
  await twill(['report', 'runs/rows']);
  expect(readFileSync('runs/rows/report.md', 'utf8')).toContain('3:rows.jsonl 1:plain.txt: 3 documents, ');
  const [line] = await runPrinted('runs/rows');
  expect(line).toBe(
    'twill sweep sweep.json --data 3:../../rows.jsonl 1:../../plain.txt --column body --device cpu --out again',
  );
  expect(results('runs/rows/again')).toBe(results('runs/rows'));
  rmSync('runs/rows', { recursive: true });
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

it('a sweep that really ran is reported with its own numbers', async () => {
  const size = {
    name: 'tiny',
    model: { num_hidden_layers: 2, hidden_size: 8, intermediate_size: 8, initializer_range: 0.1 },
    attn: { num_heads: 2 },
    mixers: { deltanet: { num_heads: 2 }, attention: { num_heads: 2 } },
  };
  const grid = {
    ...{ task: 'recall', sizes: [size], mixers: ['deltanet', 'attention'], ratios: ['pure', '2'], seeds: [3] },
    ...{ training: { steps: 4 }, data: { length: 16, pairs: 4, batch: 2 } },
  };
  writeFileSync('real.json', JSON.stringify({ name: 'tiny', grids: [grid] }));
  await twill('sweep real.json --out real --jobs 2 --device cpu'.split(' '));
  await twill(['report', 'real']);
  const text = readFileSync('real/report.md', 'utf8');
  const { cells }: SweepResults = JSON.parse(results('real'));
  expect(cells).toHaveLength(3);
  for (const { mixer, title, recall, parameters } of cells) {
    const row = text
      .split('\n')
      .find((line) =>
        line.startsWith(
          `| ${mixer === 'attention' ? title : title.replace(/ full$/, '').replace(/^DeltaNet$/, 'DeltaNet, pure')} |`,
        ),
      );
    expect(row, title).toContain(` | ${(recall as Record<number, number>)[4].toFixed(3)} | ${grouped(parameters)} | `);
  }
  expect(text).toContain('learned in 4 steps');
  expect(text).toContain('twill sweep sweep.json --device cpu --out again');
});

it("a figure of a user's own, from its module", async () => {
  const draw = "draw: (part) => ({ kind: 'table', caption: 'Mine', head: ['x'], rows: [[part.x.name]] })";
  writeFileSync('figure.mjs', `export default { name: 'mine', title: 'My figure', ${draw} };`);
  await twill(['report', 'real', '--figure', './figure.mjs']);
  expect(readFileSync('real/report.md', 'utf8')).toContain('## My figure: recall\n\nMine\n\n| x |\n| :-- |\n| ratio |');
  writeFileSync('none.mjs', 'export default { name: 1 };');
  const { code, err } = await capture(['report', 'real', '--figure', './none.mjs']);
  expect([code, err]).toEqual([2, expect.stringMatching(/none\.mjs: .*export one/)]);
});

it('runs side by side, in the terminal and as a report', async () => {
  const runs = ['deltanet-pure', 'deltanet-r2'].map((model) => `real/cells/recall-${model}-s3`);
  const { code, out, err } = await capture(['compare', ...runs, '--out', 'compared']);
  expect(code, err).toBe(0);
  expect(out).toContain('Settings that differ');
  expect(out).toMatch(/model\.attn\.layers +– +\[1\]/);
  expect(out).toMatch(/^Training loss, nats per answer$/m);
  expect(out.replaceAll(/\s+/g, ' ')).toContain('There is one seed of each');
  expect(readFileSync('compared/report.html', 'utf8')).toContain('<svg role="img"');
  await twill(['report', ...runs]);
  expect(readFileSync(`${runs[0]}/report.md`, 'utf8')).toBe(readFileSync('compared/report.md', 'utf8'));
  const refused = async (...argv: string[]) => {
    const { code, err } = await capture(argv);
    expect(code).toBe(2);
    return err;
  };
  expect(await refused('compare', runs[0])).toMatch(/is the only run; name another/);
  expect(await refused('compare', runs[0], 'real')).toMatch(/real: has no run\.json/);
  expect(await refused('report', runs[0], 'real')).toMatch(/holds a run and real does not; report runs or sweeps/);
});

it('nothing to report is a wrong call', async () => {
  const { code, err } = await capture(['report']);
  expect([code, err]).toEqual([2, expect.stringMatching(/missing required argument/)]);
});
