// A worker in a process of its own, to be killed: `hang.test-data.ts URL DIRECTORY`. It trains some steps of its cell, says so, and hangs.
import { readMetrics } from '@twilljs/train/node';
import { openQueue, workQueue } from './node.ts';
import { place, train } from './sweep.test-data.ts';

const [, , url, directory] = process.argv;
const queue = await openQueue(url);
await workQueue(queue, {
  ...{ ...place, directory },
  run: async (job) => {
    const stopped = new AbortController();
    setInterval(() => readMetrics(job.directory).step > 0 && stopped.abort(), 1);
    await train(job, stopped.signal);
    process.send?.('begun');
    await new Promise(() => {});
  },
});
