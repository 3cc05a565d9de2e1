// Cells as jobs of BullMQ. A cell is taken by hand, and its lock renewed by hand: its training is in another process.
import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueAddress } from './address.ts';
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

/** The cells of a sweep that wait or are being trained. */
export class CellQueue {
  private readonly redis: Redis;
  private readonly queue: Queue<null>;
  private readonly lease: number;
  private taker: Worker<null> | null = null;

  /** @param lease milliseconds after which a cell whose lock is not renewed is taken over. */
  constructor(redis: Redis, { name }: QueueAddress, lease: number, warn: (message: string) => void) {
    this.redis = redis;
    this.lease = lease;
    this.queue = new Queue(name, { connection: redis, prefix: PREFIX, skipVersionCheck: true });
    this.queue.on('error', ({ message }) => warn(`queue: ${message}`));
  }

  /** Adds cells, the first of them to be taken first; one that is there already stays as it is. */
  async add(names: readonly (readonly [name: string, rank: number])[]): Promise<void> {
    for (let i = 0; i < names.length; i += BULK) {
      await this.queue.addBulk(
        names.slice(i, i + BULK).map(([name, rank]) => ({
          name: 'cell',
          data: null,
          opts: {
            jobId: idOf(name),
            priority: Math.min(LAST_RANK, rank + 1),
            removeOnComplete: true,
            removeOnFail: true,
          },
        })),
      );
    }
  }

  /** Of these cells, those that are neither waiting nor being trained. */
  async missing(names: readonly string[]): Promise<string[]> {
    const counts = await this.queue.getJobCounts('waiting', 'prioritized', 'active');
    if (Object.values(counts).reduce((sum, n) => sum + n, 0) >= names.length) return [];
    const found = await Promise.all(names.map((name) => this.redis.exists(this.queue.toKey(idOf(name)))));
    return names.filter((_, i) => found[i] === 0);
  }

  /** How many cells wait. */
  waiting(): Promise<number> {
    return this.queue.getJobCountByTypes('waiting', 'prioritized');
  }

  /** Begins to look for cells whose worker is gone. */
  private async startTaking(warn: (message: string) => void): Promise<Worker<null>> {
    const taker = new Worker<null>(this.queue.name, null, {
      ...{ connection: this.redis, prefix: PREFIX, skipVersionCheck: true, autorun: false },
      ...{ lockDuration: this.lease, stalledInterval: this.lease, maxStalledCount: UNLIMITED },
    });
    taker.on('error', ({ message }) => warn(`queue: ${message}`));
    await taker.waitUntilReady();
    await taker.startStalledCheckTimer();
    return taker;
  }

  /** Takes the cell that is to be trained next. @returns null where none waits. */
  async take(token: string, warn: (message: string) => void): Promise<TakenCell | null> {
    this.taker ??= await this.startTaking(warn);
    const job: Job<null> | undefined = await this.taker.getNextJob(token, { block: false });
    if (!job?.id) return null;
    return {
      name: nameOf(job.id),
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
    await this.queue.obliterate({ force: true });
  }

  async close(): Promise<void> {
    await this.taker?.close(true);
    await this.queue.close();
  }
}

/** An id of BullMQ holds no colon. */
const idOf = (name: string): string => encodeURIComponent(name);
const nameOf = (id: string): string => decodeURIComponent(id);
