// Model files that are damaged by accident or by intent, in threads that are killed at two seconds: 100,000 safetensors files, 10,000
// configurations, and models and shards with one file changed. None crashes, hangs, or takes more memory than twice its size and 1 MB;
// what is refused is refused in words that name the file and say what to do.
import { expect, it } from 'vitest';
import { attackInThreads } from './fuzz/watch.ts';

const seed = 14;

it.concurrent.each([
  ['safetensors', 0, 100_000],
  ['config.json', 1, 10_000],
  ['a model', 2, 10_000],
  ['shards and their index', 3, 10_000],
] as const)('%s', async (name, reader, mutations) => {
  const started = performance.now();
  const { count, accepted, slowest, mostAllocated, faults } = await attackInThreads('files', reader, seed, mutations);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(
    `seed ${seed}  ${name}: ${count} mutations, ${accepted} accepted, slowest ${slowest.toFixed(0)} ms, ` +
      `at most ${(mostAllocated / 1e6).toFixed(2)} MB beyond twice the file, ${seconds.toFixed(0)} s\n`,
  );
  expect(faults).toEqual([]);
  expect(count).toBe(mutations);
  expect(accepted).toBeGreaterThan(0);
});
