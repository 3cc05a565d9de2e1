// 10,000 tokenizer files that are damaged by accident or by intent, in threads that are killed at two seconds: none crashes, hangs, or
// takes more memory than twice its size and 1 MB; what is refused is refused in words that name the file and the cause.
import { expect, it } from 'vitest';
import { attackInThreads } from './fuzz/watch.ts';

const seed = 14;

it.each([
  ['tokenizer.json', 0, 9_000],
  ['tokenizer_config.json', 1, 1_000],
] as const)('%s', async (name, reader, mutations) => {
  const started = performance.now();
  const { count, accepted, slowest, mostAllocated, faults } = await attackInThreads(
    'tokenizers',
    reader,
    seed,
    mutations,
  );
  process.stdout.write(
    `seed ${seed}  ${name}: ${count} mutations, ${accepted} accepted, slowest ${slowest.toFixed(0)} ms, ` +
      `at most ${(mostAllocated / 1e6).toFixed(2)} MB beyond twice the file, ${((performance.now() - started) / 1000).toFixed(0)} s\n`,
  );
  expect(faults).toEqual([]);
  expect(count).toBe(mutations);
  expect(accepted).toBeGreaterThan(0);
});
