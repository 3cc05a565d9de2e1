// The command line of `pnpm bench` refuses what cannot be, and a run in which a side computes something else fails.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Bench } from '../benchmarks/lib/benchmark.ts';
import { among, inTurns } from '../benchmarks/lib/contestant.ts';
import { requireSameLosses } from '../benchmarks/lib/losses.ts';
import { readOptions } from '../benchmarks/lib/options.ts';
import { Report } from '../benchmarks/lib/results.ts';
import { root } from './check/repository.ts';

const refused = (...words: string[]) => {
  try {
    readOptions(words);
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was refused';
};

it('refuses options that are unknown, lack a value or are out of range', () => {
  expect(refused('train', '--widht', '64')).toBe("Unknown option '--widht'; see pnpm bench --help.");
  expect(refused('train', '--width', '0')).toBe('--width: 0 is no whole number from 1 to 1000000.');
  expect(refused('train', '--threads', '65')).toBe('--threads: 65 is no whole number from 1 to 64.');
  expect(refused('train', '--rounds', '')).toBe('--rounds:  is no whole number from 1 to 1000000.');
  expect(refused('train', '--node')).toMatch(/--node <value>' argument missing; see pnpm bench --help/);
});

it('takes --op NAME for the benchmark op, and PyTorch for the peer where there is a Python', () => {
  expect(readOptions(['--op', 'gemm'])).toMatchObject({ names: ['op'], op: 'gemm', peers: [] });
  expect(readOptions(['train', '--python', 'python3', '--width', '64'])).toMatchObject({ peers: ['torch'], ffn: 192 });
});

it('refuses a family that there is not, and ends with 2 and one line', async () => {
  const options = readOptions(['train', '--family', 'gla,lstm']);
  expect(() => new Bench(options, new Report('/nowhere', true))).toThrow(/^--family: lstm is none; choose from transf/);
  const args = ['--import', 'tsx', '--conditions=@twilljs/source', join(root, 'scripts/bench.ts'), 'trian'];
  const [code, words] = await new Promise<[unknown, string]>((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, _, stderr) => resolve([error?.code, stderr]));
  });
  expect(words).toMatch(/^bench: there is no trian; choose from train, .*\n$/);
  expect(code).toBe(2);
});

it('compares losses step by step, as far as rounding lets it', () => {
  const ours = [5.5, 5.4, 5.3];
  expect(() => requireSameLosses('a model', ours, 'peer', [5.5001, 5.4, 5.3])).not.toThrow();
  expect(() => requireSameLosses('a model', ours, 'peer', [5.5, 5.39, 5.3])).toThrow(
    /^a model: at step 1 twill has a loss of 5.4/,
  );
  expect(() => requireSameLosses('a model', ours, 'peer', [5.5, Number.NaN, 5.3])).toThrow(/at step 1/);
  expect(() => requireSameLosses('a model', [Number.NaN], 'peer', [5.5])).toThrow(/at step 0/);
  expect(() => requireSameLosses('a model', ours, 'peer', [])).toThrow(/peer gave no losses/);
});

/** A side that doubles numbers, greets as libraries do, and dies at 0. */
const doubling = `
  console.log('hello'); console.log('{"ready":true}');
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { n } = JSON.parse(line);
    if (n === 0) { console.error('nothing to double'); process.exit(1); }
    console.log(JSON.stringify({ twice: 2 * n }));
  });`;
const side = { name: 'doubling', program: process.execPath, args: ['-e', doubling] };

it('lets sides answer in turns, with the memory of each', async () => {
  await among([side, side], async (sides) => {
    for (const each of sides) expect(await each.ready()).toEqual({ ready: true });
    const answers = await inTurns<{ twice: number }>(sides, 2, (i) => ({ n: i + 1 }));
    expect(answers.map((of) => of.map(({ twice }) => twice))).toEqual([
      [2, 2],
      [4, 4],
    ]);
    if (process.platform === 'linux') expect(answers[0][0].rss).toBeGreaterThan(10);
  });
});

it('says the last words of a side that dies, and of one that cannot start', async () => {
  const asked = among([side], async ([each]) => {
    await each.ready();
    await each.ask({ n: 0 });
  });
  await expect(asked).rejects.toThrow(/^doubling: ended without an answer.\nnothing to double$/);
  const missing = among([{ name: 'no peer', program: '/nowhere/python', args: [] }], ([each]) => each.ready());
  await expect(missing).rejects.toThrow(/^no peer: ended without an answer.\n.*ENOENT/);
});
