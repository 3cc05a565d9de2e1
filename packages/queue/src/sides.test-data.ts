// Both sides of a queue in one process.
import { setTimeout as wait } from 'node:timers/promises';
import { sweep } from '@twilljs/sweep/node';
import { type FillOptions, fillQueue, openQueue, type WorkOptions, workQueue } from './node.ts';
import { cells, place, spec, train } from './sweep.test-data.ts';

/** Fills a queue and waits for its end. */
export async function fill(url: string, directory: string, more: Partial<FillOptions> & { signal?: AbortSignal } = {}) {
  const { signal, ...options } = more;
  await using queue = await openQueue(url);
  const filled = await fillQueue(queue, { ...place, spec, directory, lease: 1, ...options });
  const until = signal ? AbortSignal.any([signal, filled.over]) : filled.over;
  const outcome = await sweep({
    ...{ directory, spec, cells, jobs: cells.length, device: 'cpu', run: filled.run, signal: until },
  });
  if (outcome.status === 'finished') await filled.finish();
  else await filled.leave();
  return outcome;
}

/** A worker in this process. */
export async function work(url: string, directory: string, more: Partial<WorkOptions> = {}) {
  await using queue = await openQueue(url);
  return await workQueue(queue, { ...place, directory, run: train, ...more });
}

/** Once the queue holds its sweep. */
export async function filled(url: string): Promise<void> {
  await using queue = await openQueue(url);
  while (!(await queue.record()) || (await queue.status()) !== 'running') await wait(20);
}
