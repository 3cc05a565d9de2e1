// The processors are divided among the cells that run at the same time.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { known } from 'twilljs';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { planSweep, readSweepSpec } from './index.ts';
import { type CellJob, sweep, threadsPerCell } from './node.ts';

const work = mkdtempSync(join(tmpdir(), 'twill-threads-'));
afterAll(() => rmSync(work, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const spec = readSweepSpec(
  {
    grids: [
      {
        task: 'recall',
        mixers: ['attention'],
        seeds: [1, 2, 3],
        training: { steps: 1 },
        data: { length: 16, pairs: 2 },
      },
    ],
  },
  known,
);
const cells = planSweep(spec, known);

/** What the cells of a sweep are given, none of which trains anything. */
async function given(options: { jobs: number; threads?: number }): Promise<(number | null)[]> {
  const jobs: CellJob[] = [];
  const directory = mkdtempSync(join(work, 'sweep-'));
  await sweep({ ...options, directory, spec, cells, run: async (job) => void jobs.push(job) });
  return jobs.map(({ threads }) => threads);
}

it('so that cells at a time x threads are the processors', async () => {
  vi.stubEnv('TWILL_THREADS', undefined);
  const processors = availableParallelism();
  const share = (n: number) => Math.min(8, Math.max(1, Math.floor(processors / n)));
  expect(await given({ jobs: 1 })).toEqual([share(1), share(1), share(1)]);
  expect(await given({ jobs: 2 })).toEqual([share(2), share(2), share(2)]);
  // There are three cells only.
  expect(await given({ jobs: 64 })).toEqual([share(3), share(3), share(3)]);
  expect(threadsPerCell(processors)).toBe(1);
  expect(threadsPerCell(1000)).toBe(1);
});

it('unless it is said', async () => {
  expect(await given({ jobs: 2, threads: 5 })).toEqual([5, 5, 5]);
  vi.stubEnv('TWILL_THREADS', '3');
  expect(await given({ jobs: 2 })).toEqual([null, null, null]);
  await expect(given({ jobs: 1, threads: 0 })).rejects.toThrow('sweep: threads is 0');
});
