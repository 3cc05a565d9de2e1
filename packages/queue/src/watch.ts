// What can be asked of a queue, and told it, from any machine.
import { OptionError } from '@twilljs/tensor';
import { CellQueue } from './cells.ts';
import { connectionOf, type OpenQueue } from './queue.ts';
import type { QueueStatus, WorkerState } from './record.ts';

/** A queue at a moment. */
export interface QueueView {
  /** Of the sweep. */
  readonly name: string;
  readonly status: QueueStatus;
  /** Cells of the whole sweep, those that have a result, failed ones, and those that wait for a worker. */
  readonly cells: number;
  readonly done: number;
  readonly failed: number;
  readonly waiting: number;
  readonly workers: readonly WorkerState[];
}

/** @throws OptionError where it holds no sweep. */
export async function viewQueue(queue: OpenQueue): Promise<QueueView> {
  const { store, redis, address, warn } = connectionOf(queue);
  const record = await store.record();
  const status = await store.status();
  if (!record || !status) throw new OptionError(nothing(address.shown));
  const jobs = new CellQueue(redis, address, 1000 * record.lease, record.classes, warn);
  const [endings, workers, waiting] = [await store.endings(), await store.workers(), await jobs.waiting()];
  await jobs.close();
  const failed = [...endings.values()].filter((ending) => 'failed' in ending).length;
  return {
    ...{ name: record.spec.name, status, cells: record.cells, done: endings.size - failed, failed, waiting },
    workers: workers.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/**
 * Tells a queue and its workers what to do: `pause` puts running cells away and lets no other begin, `goOn` undoes that; `cancel` puts
 * them away as well, removes the queue, and ends its workers. What has been done stays in the directory.
 *
 * @throws OptionError where it holds no sweep.
 */
export async function tellQueue(queue: OpenQueue, what: 'pause' | 'goOn' | 'cancel'): Promise<void> {
  const { store, redis, address, warn } = connectionOf(queue);
  const record = await store.record();
  if (!record) throw new OptionError(nothing(address.shown));
  if (what !== 'cancel') return store.setStatus(what === 'pause' ? 'paused' : 'running');
  await store.end('cancelled');
  const jobs = new CellQueue(redis, address, 1000 * record.lease, record.classes, warn);
  await jobs.clear();
  await jobs.close();
}

const nothing = (shown: string): string =>
  `queue: ${shown} holds no sweep; fill it with twill sweep SPEC --out DIR --queue URL, or name another one after #.`;
