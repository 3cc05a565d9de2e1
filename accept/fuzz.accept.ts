// 100,000 damaged files and odd calls: every one is refused in words or read to a value that can be, within two seconds.
import { afterAll, expect, it } from 'vitest';
import { Home } from './fuzz/home.ts';
import { attackAll, faultsUnmutated, readersIn } from './fuzz/table.ts';

const home = new Home();
afterAll(() => home[Symbol.dispose]());

const seed = 8;
const mutations = 100_000;

it('no untyped error, no contradiction, no hang', async () => {
  const readers = await readersIn(home);
  expect(await faultsUnmutated(readers)).toEqual([]);
  const { count, faults } = await attackAll(readers, seed, mutations, ({ name }, tally, seconds) => {
    const { count, accepted, slowest } = tally;
    process.stdout.write(
      `seed ${seed}  ${name.padEnd(40)} ${String(count).padStart(6)} mutations, ${String(accepted).padStart(5)} accepted, ` +
        `slowest ${slowest.toFixed(0)} ms, ${seconds.toFixed(0)} s\n`,
    );
  });
  process.stdout.write(`${count} mutations\n`);
  expect(count).toBeGreaterThanOrEqual(mutations);
  expect(faults).toEqual([]);
});
