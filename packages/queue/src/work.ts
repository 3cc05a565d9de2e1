// The side that works on a queue: takes cells, has them trained in processes of their own, and keeps what they leave.
import { randomUUID } from 'node:crypto';
import { hostname, totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { CellJob } from '@twilljs/sweep/node';
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import { codeOf } from '@twilljs/train/node';
import { CellQueue } from './cells.ts';
import { untilThereIsRoom } from './connection.ts';
import { differences } from './fingerprint.ts';
import { homeMark } from './home.ts';
import { classesOf, type Means, type NeedClass, skipText } from './needs.ts';
import { connectionOf, fingerprintOfSweep, type OpenQueue, type QueuedSweep } from './queue.ts';
import type { QueueStatus, QueueStore } from './record.ts';
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
  /** Bytes that there are for a cell. Default: the memory of the machine, divided by `jobs`. */
  readonly memory?: number;
  /** For how long it works, at how many floating-point operations a second for each cell. Default: until the sweep has ended. */
  readonly time?: { readonly seconds: number; readonly speed: number };
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
  readonly status: 'finished' | 'cancelled' | 'interrupted' | 'out of time';
  /** Cells that it brought to their end. */
  readonly done: number;
  readonly failed: number;
}

const names = {
  ...{
    directory: true,
    cells: true,
    text: true,
    modules: true,
    device: true,
    jobs: true,
    threads: true,
    memory: true,
    time: true,
  },
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
  const { store, redis, address, warn } = connectionOf(queue);
  const lease = await join(store, address.shown, options);
  const classes = classesOf(options.cells);
  const means = meansOf(options, jobs);
  requireAny(classes, means, warn);
  const cells = new CellQueue(
    redis,
    address,
    lease,
    classes.map((one) => one.name),
    warn,
  );
  const over = new AbortController();
  const name = `${hostname()}-${process.pid}-${randomUUID().slice(0, 4)}`;
  const slots = new Slots({ options, store, cells, lease, classes, means, warn, over: over.signal });
  let status = 'running' as QueueStatus;
  let isLate = false;

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
    if ((await store.endedCount()) >= options.cells.length) return true;
    isLate = slots.isIdle || means.flops() <= 0;
    return isLate;
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
  await Promise.race([hearing, stopped, working]).finally(stop);
  await working;
  const goodbye = async () => {
    await store.leave(name);
    await cells.close();
  };
  await Promise.race([goodbye(), wait(GOODBYE)]);
  signal.removeEventListener('abort', stop);
  const ended = status === 'cancelled' ? 'cancelled' : isLate ? 'out of time' : 'finished';
  return { status: signal.aborted ? 'interrupted' : ended, ...slots.counts };
}

/** @returns milliseconds of the lease. @throws OptionError where this worker cannot take part. */
async function join(store: QueueStore, shown: string, options: WorkOptions): Promise<number> {
  const record = await store.record();
  if (!record) {
    throw new OptionError(
      `queue: ${shown} holds no sweep; fill it first: twill sweep SPEC --out DIR --queue redis://...`,
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

function meansOf({ memory, time }: WorkOptions, jobs: number): Means {
  const begun = performance.now();
  const left = ({ seconds, speed }: NonNullable<typeof time>) => speed * (seconds - (performance.now() - begun) / 1000);
  return { memory: memory ?? totalmem() / jobs, flops: () => (time ? left(time) : Number.POSITIVE_INFINITY) };
}

/** Says what it skips. @throws OptionError where no cell fits. */
function requireAny(classes: readonly NeedClass[], means: Means, warn: (message: string) => void): void {
  const skipped = classes.flatMap((one) => skipText(one, means) ?? []);
  if (skipped.length === classes.length) {
    throw new OptionError(`queue: no cell fits: this worker ${skipped.join('; ')}; give it more, or leave it out.`);
  }
  for (const text of skipped) warn(`queue: this worker ${text}.`);
}
