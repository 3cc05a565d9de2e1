// Cells as jobs of BullMQ. A cell is taken by hand, and its lock renewed by hand: its training is in another process.

import type { SweepCell } from '@twilljs/sweep';
import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueAddress } from './address.ts';
import { classOf } from './needs.ts';
import { PREFIX } from './record.ts';

/** The lowest priority that BullMQ has; 1 is the highest. */
const LAST_RANK = 2_097_151;

/** Jobs that are sent to Redis at a time. */
const BULK = 500;

/** Stalls are no failures: how often a worker may die is nothing against its cell. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** A cell that this process has. */
export interface TakenCell {
  readonly name: string;
  /** @returns false where it was taken over meanwhile. */
  renew(): Promise<boolean>;
  /** Takes it out of the queue. */
  complete(): Promise<void>;
  /** Puts it back, for whoever takes it next. */
  putBack(): Promise<void>;
}

/** The cells of a sweep that wait or are being trained, by the classes of their needs. */
export class CellQueue {
  private readonly redis: Redis;
  private readonly lease: number;
  private readonly warn: (message: string) => void;
  private readonly queues: ReadonlyMap<string, Queue<null>>;
  private readonly takers = new Map<string, Worker<null>>();

  /**
   * @param lease milliseconds after which a cell whose lock is not renewed is taken over.
   * @param classes names of those that the sweep has.
   */
  constructor(
    redis: Redis,
    { name }: QueueAddress,
    lease: number,
    classes: readonly string[],
    warn: (message: string) => void,
  ) {
    this.redis = redis;
    this.lease = lease;
    this.warn = warn;
    const open = (of: string) => {
      const queue = new Queue<null>(`${name}.${of}`, { connection: redis, prefix: PREFIX, skipVersionCheck: true });
      return queue.on('error', ({ message }) => warn(`queue: ${message}`));
    };
    this.queues = new Map(classes.map((one) => [one, open(one)]));
  }

  /** Adds cells, the first of them to be taken first; one that is there already stays as it is. */
  async add(cells: readonly (readonly [cell: SweepCell, rank: number])[]): Promise<void> {
    for (const [of, queue] of this.queues) {
      const jobs = cells.filter(([cell]) => classOf(cell) === of).map(([cell, rank]) => jobOf(cell.name, rank));
      for (let i = 0; i < jobs.length; i += BULK) await queue.addBulk(jobs.slice(i, i + BULK));
    }
  }

  /** Of these cells, those that are neither waiting nor being trained. */
  async missing(cells: readonly SweepCell[]): Promise<SweepCell[]> {
    const counts = await Promise.all(this.all((queue) => queue.getJobCountByTypes('waiting', 'prioritized', 'active')));
    if (counts.reduce((sum, n) => sum + n, 0) >= cells.length) return [];
    const keyOf = (cell: SweepCell) => this.queues.get(classOf(cell))?.toKey(idOf(cell.name)) as string;
    const found = await Promise.all(cells.map((cell) => this.redis.exists(keyOf(cell))));
    return cells.filter((_, i) => found[i] === 0);
  }

  private all<T>(act: (queue: Queue<null>) => T): T[] {
    return [...this.queues.values()].map(act);
  }

  /** How many cells wait. */
  async waiting(): Promise<number> {
    const counts = await Promise.all(this.all((queue) => queue.getJobCountByTypes('waiting', 'prioritized')));
    return counts.reduce((sum, n) => sum + n, 0);
  }

  /** Who takes cells of a class; from then on it looks for those whose worker is gone. */
  private async taker(of: string): Promise<Worker<null>> {
    const before = this.takers.get(of);
    if (before) return before;
    const taker = new Worker<null>((this.queues.get(of) as Queue<null>).name, null, {
      ...{ connection: this.redis, prefix: PREFIX, skipVersionCheck: true, autorun: false },
      ...{ lockDuration: this.lease, stalledInterval: this.lease, maxStalledCount: UNLIMITED },
    });
    this.takers.set(of, taker);
    taker.on('error', ({ message }) => this.warn(`queue: ${message}`));
    await taker.waitUntilReady();
    await taker.startStalledCheckTimer();
    return taker;
  }

  /** Takes the cell that is to be trained next, of the first of these classes that has one. @returns null where none waits. */
  async take(token: string, classes: readonly string[]): Promise<TakenCell | null> {
    for (const of of classes) {
      const job: Job<null> | undefined = await (await this.taker(of)).getNextJob(token, { block: false });
      if (job?.id) return this.taken(job, token);
    }
    return null;
  }

  private taken(job: Job<null>, token: string): TakenCell {
    return {
      name: nameOf(job.id as string),
      renew: async () => {
        try {
          return (await job.extendLock(token, this.lease)) > 0;
        } catch (error) {
          if (/lock|Missing/i.test((error as Error).message)) return false;
          throw error;
        }
      },
      complete: async () => void (await job.moveToCompleted(null, token, false)),
      putBack: async () => void (await job.moveToWait(token)),
    };
  }

  /** Removes all cells from Redis. */
  async clear(): Promise<void> {
    await Promise.all(this.all((queue) => queue.obliterate({ force: true })));
  }

  async close(): Promise<void> {
    await Promise.all([...this.takers.values()].map((taker) => taker.close(true)));
    await Promise.all(this.all((queue) => queue.close()));
  }
}

function jobOf(name: string, rank: number) {
  const priority = Math.min(LAST_RANK, rank + 1);
  return {
    name: 'cell',
    data: null,
    opts: { jobId: idOf(name), priority, removeOnComplete: true, removeOnFail: true },
  };
}

/** An id of BullMQ holds no colon. */
const idOf = (name: string): string => encodeURIComponent(name);
const nameOf = (id: string): string => decodeURIComponent(id);
