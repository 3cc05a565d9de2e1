// A worker whose cells take ten milliseconds: `load-worker.ts URL DIRECTORY TEMPLATE COUNT`. It says what each cost beside, and its memory.
import { cpSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { openQueue, workQueue } from '../../packages/queue/src/node.ts';
import { manyCells } from './load.ts';

const [, , url, directory, template, count] = process.argv;
let [own, done] = [0, 0];
const heap: number[] = [];
await using queue = await openQueue(url);
const begun = performance.now();
const outcome = await workQueue(queue, {
  ...manyCells(Number(count)).place,
  directory,
  run: async (job) => {
    const from = performance.now();
    cpSync(template, job.directory, { recursive: true });
    await wait(10);
    own += performance.now() - from;
    if (++done % 1000 === 0) {
      global.gc?.();
      heap.push(process.memoryUsage().heapUsed / 2 ** 20);
    }
  },
});
const all = performance.now() - begun;
process.send?.({ outcome, overhead: (all - own) / done, each: own / done, heap });
