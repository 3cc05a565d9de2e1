// 10,000 cells of ten milliseconds: what the queue adds to each, and that nobody's memory grows.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sweep } from '@twilljs/sweep/node';
import { afterAll, expect, it } from 'vitest';
import { fillQueue, openQueue } from '../packages/queue/src/node.ts';
import { hasRedis, NO_REDIS, RedisServer } from '../packages/queue/src/redis.test-data.ts';
import { filled } from '../packages/queue/src/sides.test-data.ts';
import { train } from '../packages/queue/src/sweep.test-data.ts';
import { manyCells } from './queue/load.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-load-'));
const COUNT = 10_000;

afterAll(() => rmSync(home, { recursive: true, force: true }));

it.skipIf(!hasRedis())(`10,000 cells (skipped: ${NO_REDIS})`, async () => {
  const one = manyCells(1);
  const first = join(home, 'one');
  await sweep({ directory: first, spec: one.spec, cells: one.cells, device: 'cpu', run: train });
  const { spec, cells, place } = manyCells(COUNT);
  const directory = join(home, 'many');
  await using redis = await RedisServer.start();
  await using queue = await openQueue(redis.url);
  const queued = await fillQueue(queue, { ...place, spec, directory });
  const sweeping = sweep({ directory, spec, cells, jobs: COUNT, device: 'cpu', run: queued.run, signal: queued.over });
  await filled(redis.url);
  const template = join(first, 'cells', one.cells[0].name);
  const worker = fork(
    fileURLToPath(new URL('./queue/load-worker.ts', import.meta.url)),
    [redis.url, directory, template, String(COUNT)],
    { execArgv: ['--import', 'tsx', '--conditions=@twilljs/source', '--expose-gc'] },
  );
  const [told] = (await once(worker, 'message')) as [
    { outcome: object; overhead: number; each: number; heap: number[] },
  ];
  expect(told.outcome).toEqual({ status: 'finished', done: COUNT, failed: 0 });
  const { results, failures } = await sweeping;
  await queued.finish();
  expect([results?.cells.length, failures.size]).toEqual([COUNT, 0]);
  const { overhead, each, heap } = told;
  process.stdout.write(
    `${overhead.toFixed(2)} ms a cell beside its own ${each.toFixed(1)}; heap of the worker, MB, at each 1,000: ${heap.map((mb) => mb.toFixed(0)).join(' ')}; of the sweep ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)}\n`,
  );
  expect(overhead).toBeLessThan(5);
  expect(heap.at(-1) as number).toBeLessThan(1.2 * heap[1]);
});
