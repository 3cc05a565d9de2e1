// The command line of `pnpm bench` refuses what cannot be, and a run in which a side computes something else fails.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requireSameLosses } from '../benchmarks/lib/losses.ts';
import { readOptions } from '../benchmarks/lib/options.ts';
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

it('ends with 2 and one line for a benchmark, an op, a family or a revision that there is not', async () => {
  const bench = (...words: string[]) =>
    new Promise<[number | string | null | undefined, string]>((resolve) => {
      const args = ['--import', 'tsx', '--conditions=@twilljs/source', join(root, 'scripts/bench.ts'), ...words];
      execFile(process.execPath, args, { cwd: root }, (error, _, stderr) => resolve([error?.code, stderr]));
    });
  expect(await bench('trian')).toEqual([
    2,
    expect.stringMatching(/^bench: there is no trian; choose from train, .*\n$/),
  ]);
  expect(await bench('train', '--family', 'lstm')).toEqual([
    2,
    expect.stringMatching(/^bench: --family: lstm is none/),
  ]);
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
