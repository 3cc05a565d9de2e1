// Sweeps through processes of their own: what is left on disk, what goes on, what fails, and what is refused.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { trainBpe } from '@twilljs/tokenizers';
import { readMetrics } from '@twilljs/train/node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { childrenReadSource } from '../../../../scripts/vitest/children.ts';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-sweep-')));
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

const size = {
  name: 'tiny',
  model: { num_hidden_layers: 2, hidden_size: 8, intermediate_size: 8, initializer_range: 0.1 },
  attn: { num_heads: 2 },
  mixers: { deltanet: { num_heads: 2 }, attention: { num_heads: 2 } },
};
const shared = { sizes: [size], mixers: ['deltanet', 'attention'], seeds: [3] };
const grids = [
  {
    ...shared,
    task: 'recall',
    ratios: ['pure', '2'],
    training: { steps: 4 },
    data: { length: 16, pairs: 4, batch: 2 },
  },
  { ...shared, task: 'language', mixers: ['attention'], training: { steps: 3 }, data: { length: 16, batch: 2 } },
];
const names = [
  'recall-deltanet-pure-s3',
  'recall-deltanet-r2-s3',
  'recall-attention-pure-s3',
  'language-attention-pure-s3',
];

childrenReadSource();

beforeAll(async () => {
  process.chdir(work);
  vi.stubEnv('TWILL_CACHE', join(work, 'cache'));
  writeFileSync('grid.json', JSON.stringify({ name: 'two', grids }));
  writeFileSync('other.json', JSON.stringify({ name: 'two', grids: grids.slice(1) }));
  writeFileSync('book.txt', 'Call me Ishmael. Some years ago, never mind how long precisely. '.repeat(40));
  writeFileSync('bpe.json', await trainBpe([readFileSync('book.txt', 'utf8')], { vocabSize: 270 }));
  writeFileSync('else.txt', 'It was the best of times, it was the worst of times. '.repeat(40));
});

afterAll(() => {
  vi.unstubAllEnvs();
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const sweep = (line: string) => capture(`sweep ${line}`.split(' '));

const facts = (out: string) => json(`${out}/results.json`).cells;

describe('a sweep', () => {
  it('leaves a run for each cell, and what they found', async () => {
    const { code, err } = await sweep('grid.json --corpus book.txt --out all --jobs 2');
    expect(code, err).toBe(0);
    expect(readdirSync('all/cells').sort()).toEqual([...names].sort());
    const { version, spec, cells } = json('all/results.json');
    expect({ version, name: spec.name }).toEqual({ version: 1, name: 'two' });
    expect(cells.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(cells[1]).toMatchObject({
      ...{ task: 'recall', mixer: 'deltanet', ratio: '2', layers: 2, seed: 3, title: 'DeltaNet, 1 in 2 full' },
      ...{ directory: 'cells/recall-deltanet-r2-s3', recall: { 4: expect.any(Number) } },
    });
    expect(cells[0].stateBytes[1024]).toBe(cells[0].stateBytes[32768]);
    expect(cells[2].stateBytes[32768]).toBe(32 * cells[2].stateBytes[1024]);
    expect(cells[3]).toMatchObject({ task: 'language', bitsPerByte: expect.any(Number) });
    expect(cells[3].bitsByPosition.map(({ to }: { to: number }) => to)).toEqual([1, 2, 4, 8, 16]);
    expect(cells[0].losses.map(([step]: [number]) => step)).toEqual([1, 2, 3, 4]);
  });

  it('does nothing again when all is finished, and mends what is lost', async () => {
    const before = facts('all');
    const weights = `all/cells/${names[0]}/model.safetensors`;
    const bytes = readFileSync(weights);
    rmSync(weights);
    const { code, err } = await sweep('grid.json --corpus book.txt --out all --jobs 2');
    expect(code, err).toBe(0);
    expect(err).toContain('3 of 4 cells were finished before');
    expect(readFileSync(weights).equals(bytes)).toBe(true);
    expect(facts('all')).toEqual(before);
  });

  it('records a cell that fails, and takes the others to their end', async () => {
    mkdirSync(`one/cells/${names[0]}`, { recursive: true });
    writeFileSync('one/sweep.json', readFileSync('all/sweep.json'));
    writeFileSync(`one/cells/${names[0]}/metrics.jsonl`, '');
    const { code, out } = await sweep('grid.json --corpus book.txt --out one');
    expect(code).toBe(1);
    expect(out).toMatch(/recall-deltanet-pure-s3 failed: .*holds metrics.jsonl but no run.json/);
    expect(out).toContain('3 of 4 cells in');
    expect(json(`one/cells/${names[0]}/failed.json`).message).toMatch(/no run.json/);
    const [failed, ...others] = facts('one');
    expect(failed).toMatchObject({ name: names[0], failed: expect.stringContaining('no run.json'), losses: [] });
    expect(failed.parameters).toBe(facts('all')[0].parameters);
    expect(others).toEqual(facts('all').slice(1));

    rmSync(`one/cells/${names[0]}/metrics.jsonl`);
    expect((await sweep('grid.json --corpus book.txt --out one')).code).toBe(0);
    expect(existsSync(`one/cells/${names[0]}/failed.json`)).toBe(false);
    expect(facts('one')).toEqual(facts('all'));
  });

  it('stops at Ctrl-C with checkpoints', async () => {
    const stop = new AbortController();
    const long = grids.map((grid) => ({ ...grid, training: { steps: 2000 } }));
    writeFileSync('long.json', JSON.stringify({ grids: long.slice(0, 1) }));
    const running = capture('sweep long.json --out cut --jobs 2'.split(' '), stop.signal);
    const record = join('cut/cells', names[1], 'run.json');
    const steps = () => readMetrics(join('cut/cells', names[1])).step;
    while (!existsSync(record) || steps() < 15) await sleep(50);
    stop.abort();
    expect(await running).toMatchObject({ code: 130, err: expect.stringContaining('stopped, with checkpoints') });
    expect(json(record)).toMatchObject({ status: 'interrupted', step: steps() });
    expect(existsSync('cut/results.json')).toBe(false);
    const report = await capture(['report', 'cut']);
    expect(report.code, report.err).toBe(0);
    const text = readFileSync('cut/report.md', 'utf8');
    expect(text).toContain('0 runs, and 3 that are not finished');
    expect(text).toMatch(
      new RegExp(`\\| ${names[1]} \\| interrupted \\| ${steps()} of 2,000 \\| \\d\\.\\d+ nats per answer \\|`),
    );
    expect(text).toContain('| not begun | 0 of 2,000 | – |');
  });

  it.each([
    ['grid.json', /--out is missing/],
    ['--out new', /nothing to compare: .* --preset, one of small, extrapolation, paper-mini, paper/],
    ['grid.json --preset small --out new', /--preset small and grid.json both say what to compare/],
    ['--preset large --out new', /--preset <name>" argument "large" is invalid. Allowed choices are small/],
    ['--preset paper-mini --out new', /--preset paper-mini takes long, and here is nobody to ask; add --yes/],
    ['none.json --out new', /none.json/],
    ['book.txt --out new', /book.txt: .*JSON/],
    ['grid.json --out new --jobs 0', /--jobs is "0" where an integer/],
    ['grid.json --out new --corpus none.txt', /none.txt does not exist/],
    ['grid.json --out all --corpus else.txt', /corpus.sha256 is .* in all\/sweep.json but .* was asked for/],
    ['other.json --out all --corpus book.txt', /spec.grids\[0\].* in all\/sweep.json but/],
    ['grid.json --out . --corpus book.txt', /holds .* but no sweep.json; choose an empty or another directory/],
    ['grid.json --out book.txt --corpus book.txt', /book.txt: is a file where a directory is needed/],
  ])('refuses %s', async (line, message) => {
    const { code, err } = await sweep(line);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync('new')).toBe(false);
  });
});

it('reports what is finished of a sweep that is not', async () => {
  cpSync('all', 'part', { recursive: true });
  rmSync('part/results.json');
  const damage = (name: string, status: string, step: number) => {
    const path = `part/cells/${name}/run.json`;
    const { self: _, ...record } = json(path); // without its checksum, as version 0.1 wrote it
    writeFileSync(path, JSON.stringify({ ...record, status, step }));
  };
  damage(names[1], 'running', 2);
  damage(names[3], 'diverged', 3);
  const { code, err } = await capture(['report', 'part']);
  expect(code, err).toBe(0);
  const text = readFileSync('part/report.md', 'utf8');
  expect(text).toContain('2 runs, and 2 that are not finished');
  expect(text).toMatch(new RegExp(`\\| ${names[1]} \\| running, or killed \\| 4 of 4 \\|`));
  expect(text).toMatch(new RegExp(`\\| ${names[3]} \\| diverged \\| 3 of 3 \\| \\d\\.\\d+ bits per byte \\|`));
  expect(text).toMatch(new RegExp(`\\| DeltaNet, pure \\| .*${facts('all')[0].recall[4].toFixed(3)} \\|`));
});

describe('a finished cell that lost its result', () => {
  const cell = `lost/cells/${names[0]}`;
  const lines = () => readFileSync(`${cell}/metrics.jsonl`, 'utf8').trimEnd().split('\n');

  it.each<[string, (last: string) => string[]]>([
    ['no last line', () => []],
    ['half of it', (last) => [last.slice(0, 40)]],
    ['a measurement of nothing', () => ['{"step":4,"validation":{}}']],
    ['one that holds no accuracy', (last) => [last.replace('"accuracy"', '"accuraci"')]],
    ['one of an earlier step', (last) => [last.replace('"step":4', '"step":2')]],
  ])('is measured again: %s', async (_, damage) => {
    rmSync('lost', { recursive: true, force: true });
    cpSync('all', 'lost', { recursive: true });
    const whole = lines();
    writeFileSync(
      `${cell}/metrics.jsonl`,
      `${[...whole.slice(0, -1), ...damage(whole.at(-1) as string)].join('\n')}\n`,
    );
    const weights = readFileSync(`${cell}/model.safetensors`);
    const { code, err } = await sweep('grid.json --corpus book.txt --out lost');
    expect(code, err).toBe(0);
    expect(err).toContain('3 of 4 cells were finished before');
    expect(facts('lost')).toEqual(facts('all'));
    expect(lines().at(-1)).toBe(whole.at(-1));
    expect(readFileSync(`${cell}/model.safetensors`).equals(weights)).toBe(true);
    const report = await capture(['report', 'lost']);
    expect(report.code, report.err).toBe(0);
  });
});

it('tells of steps that were skipped, wherever it tells of a cell', async () => {
  cpSync('all', 'skips', { recursive: true });
  const path = `skips/cells/${names[0]}/metrics.jsonl`;
  // As the trainer writes two of them.
  const lines = readFileSync(path, 'utf8').split('\n');
  for (const i of [1, 2])
    lines[i] = JSON.stringify({ ...JSON.parse(lines[i]), loss: null, gradNorm: null, skipped: true });
  writeFileSync(path, lines.join('\n'));
  const { code, out, err } = await sweep('grid.json --corpus book.txt --out skips --json');
  expect(code, err).toBe(0);
  expect(JSON.parse(out).skipped).toEqual({ [names[0]]: 2 });
  expect(err).toContain(`${names[0]} skipped 2 of 4 steps, which had no finite loss or gradient and changed nothing`);
  expect(facts('skips')[0]).toMatchObject({
    skipped: 2,
    losses: [
      [1, expect.any(Number)],
      [4, expect.any(Number)],
    ],
  });
  expect(facts('skips').slice(1)).toEqual(facts('all').slice(1));
  expect((await capture(['report', 'skips'])).code).toBe(0);
  const text = readFileSync('skips/report.md', 'utf8');
  expect(text).toContain('DeltaNet pure skipped 2 steps');
  expect(text).toMatch(/\| model \|.*\| steps skipped \|/);
  const trained = await capture(['train', '--out', `skips/cells/${names[0]}`, '--resume']);
  expect(trained.out).toContain('skipped     2 of 4 steps');
  expect((await capture(['report', 'all'])).code).toBe(0);
  for (const name of ['results.json', 'report.md'])
    expect(readFileSync(`all/${name}`, 'utf8')).not.toContain('skipped');
});

it("trains on a tokenizer's ids, keeps the tokenizer, and goes on and is reported without being told again", async () => {
  const { code, err } = await capture(
    'sweep other.json --data book.txt --tokenizer bpe.json --out ids --device cpu'.split(' '),
  );
  expect(code, err).toBe(0);
  const run = 'ids/cells/language-attention-pure-s3';
  for (const at of ['ids', run])
    expect(readFileSync(join(at, 'tokenizer.json'), 'utf8')).toBe(readFileSync('bpe.json', 'utf8'));
  expect(json(`${run}/config.json`).vocab_size).toBe(270);
  expect(json('ids/sweep.json').corpus.tokenizer).toBe(json(`${run}/run.json`).data.tokenizer);
  const [cell] = json('ids/results.json').cells;
  rmSync('ids/results.json');
  expect((await capture('sweep other.json --data book.txt --out ids --device cpu'.split(' '))).code).toBe(0);
  expect(json('ids/results.json').cells[0]).toEqual(cell);
  rmSync('ids/results.json');
  rmSync(`${run}/metrics.jsonl`);
  const { out } = await capture('report ids --json'.split(' '));
  expect(JSON.parse(out)).toBeTruthy();
  const other = await capture('sweep other.json --data book.txt --tokenizer bytes --out ids --device cpu'.split(' '));
  expect([other.code, other.err]).toEqual([2, expect.stringContaining('ids/sweep.json')]);
});
