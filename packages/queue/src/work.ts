// The side that works on a queue: takes cells, has them trained in processes of their own, and keeps what they leave.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { CellJob } from '@twilljs/sweep/node';
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import { codeOf } from '@twilljs/train/node';
import { CellQueue } from './cells.ts';
import { untilThereIsRoom } from './connection.ts';
import { differences } from './fingerprint.ts';
import { homeMark } from './home.ts';
import { fingerprintOfSweep, type OpenQueue, type QueuedSweep } from './queue.ts';
import type { QueueStatus } from './record.ts';
import { Slots } from './slots.ts';

/** How often a worker says how far it is, and hears how the queue stands, in milliseconds. */
const HEAR = 1000;

/** Milliseconds that a worker that ends waits for Redis. */
const GOODBYE = 5000;

/** How a worker takes part. */
export interface WorkOptions extends QueuedSweep {
  /** Cells that it trains at the same time. Default 1. */
  readonly jobs?: number;
  /** Of the device of each cell; null: as many as it likes. Default null. */
  readonly threads?: number | null;
  /** How the sweep is repeated, for the records of its runs. */
  readonly command?: readonly string[];
  /** Takes one cell to its end: `inProcesses(worker)`. @throws when the cell failed. */
  run(job: CellJob, signal: AbortSignal): Promise<unknown>;
  /** When it is aborted, the running cells put their work away, go back into the queue, and the worker returns. */
  readonly signal?: AbortSignal;
  /** Told of every cell that begins or ends here. */
  observe?(event: WorkEvent): void;
}

/** What happens to a cell. */
export interface WorkEvent {
  readonly cell: string;
  readonly what: 'begins' | 'done' | 'failed' | 'put back' | 'taken over';
  /** Why it failed. */
  readonly message?: string;
}

/** How a worker ended. */
export interface WorkOutcome {
  readonly status: 'finished' | 'cancelled' | 'interrupted';
  /** Cells that it brought to their end. */
  readonly done: number;
  readonly failed: number;
}

const names = {
  ...{ directory: true, cells: true, text: true, modules: true, device: true, jobs: true, threads: true },
  ...{ command: true, run: true, signal: true, observe: true },
} satisfies Record<keyof WorkOptions, true>;

/**
 * Trains cells of a queue until all of its sweep have ended. Those of workers that are gone are taken over from their last checkpoint.
 *
 * @throws OptionError when there is no queue, its directory is another one, or this machine would give other bits: naming what differs.
 */
export async function workQueue(queue: OpenQueue, options: WorkOptions): Promise<WorkOutcome> {
  knownOnly('workQueue', options, Object.keys(names));
  const { jobs = 1, signal = new AbortController().signal } = options;
  whole('workQueue: jobs', jobs, 1);
  const { store, redis, address, warn } = queue;
  const lease = await join(queue, options);
  const cells = new CellQueue(redis, address, lease, warn);
  const over = new AbortController();
  const name = `${hostname()}-${process.pid}-${randomUUID().slice(0, 4)}`;
  const slots = new Slots({ options, store, cells, lease, warn, over: over.signal });
  let status = 'running' as QueueStatus;

  /** Whether a worker has nothing left to do. */
  async function hear(): Promise<boolean> {
    // A queue that is gone was lost by Redis, or was filled again: whoever fills it puts it there.
    status = (await store.status()) ?? status;
    slots.setPaused(status === 'paused');
    if (status === 'cancelled' || status === 'finished') return true;
    await untilThereIsRoom(
      () => store.say({ name, device: options.device.word, jobs, cells: slots.held() }),
      warn,
      over.signal,
    );
    return (await store.endedCount()) >= options.cells.length;
  }

  const stop = () => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const working = slots.work(jobs);
  const hearing = (async () => {
    while (!over.signal.aborted) {
      if (await hear()) return stop();
      await wait(HEAR, undefined, { signal: over.signal }).catch(() => {});
    }
  })();
  // Redis may be away when the work is over: what it holds of this worker lapses by itself.
  const stopped = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()));
  await Promise.race([hearing, stopped, working]);
  over.abort();
  await working;
  const goodbye = async () => {
    await store.leave(name);
    await cells.close();
  };
  await Promise.race([goodbye(), wait(GOODBYE)]);
  signal.removeEventListener('abort', stop);
  const ended = status === 'cancelled' ? 'cancelled' : 'finished';
  return { status: signal.aborted ? 'interrupted' : ended, ...slots.counts };
}

/** @returns milliseconds of the lease. @throws OptionError where this worker cannot take part. */
async function join({ store, address }: OpenQueue, options: WorkOptions): Promise<number> {
  const record = await store.record();
  if (!record) {
    throw new OptionError(
      `queue: ${address.shown} holds no sweep; fill it first: twill sweep SPEC --out DIR --queue redis://...`,
    );
  }
  const { directory, modules } = options;
  const different = differences(record.fingerprint, fingerprintOfSweep(options, codeOf(modules)));
  if (different.length > 0) {
    throw new OptionError(
      `queue: this machine cannot take part in ${record.spec.name}, its cells would have other bits: ${different.join('; ')}.`,
    );
  }
  if (homeMark(directory) !== record.home) {
    throw new OptionError(
      `queue: ${directory} is not the directory of ${record.spec.name} that the queue was filled from; give --out the same directory, shared with that machine.`,
    );
  }
  return 1000 * record.lease;
}
