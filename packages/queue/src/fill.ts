// The side that fills a queue: every cell that `sweep` would train becomes a job, and has ended when its run is there.
import { setMaxListeners } from 'node:events';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SweepCell, SweepSpec } from '@twilljs/sweep';
import { type CellJob, type CellProgress, cellDirectory, corpusOf, hasCellResult, originOf } from '@twilljs/sweep/node';
import { knownOnly, OptionError, TwillError, whole } from '@twilljs/tensor';
import { codeOf } from '@twilljs/train/node';
import { removeWork } from './attempt.ts';
import { CellQueue } from './cells.ts';
import { untilThereIsRoom } from './connection.ts';
import { differences } from './fingerprint.ts';
import { markHome } from './home.ts';
import { classesOf } from './needs.ts';
import { connectionOf, fingerprintOfSweep, type OpenQueue, type QueuedSweep } from './queue.ts';
import type { Ending, QueueRecord, QueueStore } from './record.ts';

/** How often the queue is looked at, and how often it is mended, in milliseconds. */
const [LOOK, MEND] = [250, 3000];

/** What fills a queue. */
export interface FillOptions extends QueuedSweep {
  readonly spec: SweepSpec;
  /** Seconds after which the cell of a worker that is not heard of is taken over. Default 30. */
  readonly lease?: number;
}

const names = {
  ...{ directory: true, cells: true, text: true, modules: true, device: true, spec: true, lease: true },
} satisfies Record<keyof FillOptions, true>;

/** A queue that is filled. */
export interface FilledQueue {
  /** For `sweep`: waits until workers have trained a cell. */
  run(job: CellJob, signal: AbortSignal, tell: (progress: CellProgress) => void): Promise<void>;
  /** Aborted when the queue was cancelled, or cannot be watched any more, with an error that says so: end the sweep by it. */
  readonly over: AbortSignal;
  /** Removes the queue, and tells its workers that the sweep is over. */
  finish(): Promise<void>;
  /** Goes away and leaves the queue to its workers. */
  leave(): Promise<void>;
}

/** A cell that is waited for. */
interface Awaited {
  readonly cell: SweepCell;
  readonly rank: number;
  readonly tell: (progress: CellProgress) => void;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Makes a queue of a sweep on Redis, or goes on with it. Hand its `run` to `sweep`, with as many `jobs` as there are cells. The directory is
 * the truth: whatever Redis has lost is put there again.
 *
 * @throws OptionError when the queue is that of another sweep, or was filled on a machine with other bits.
 */
export async function fillQueue(queue: OpenQueue, options: FillOptions): Promise<FilledQueue> {
  knownOnly('fillQueue', options, Object.keys(names));
  const { lease = 30 } = options;
  whole('fillQueue: lease', lease, 1);
  const { store, redis, address, warn } = connectionOf(queue);
  const record = recordOf(options, lease);
  await claim(store, address.shown, record);
  const status = await store.status();
  if (status !== 'paused') await store.setStatus('running');
  else warn(`queue: ${address.shown} is paused; twill sweep --queue ... --go-on lets its workers go on.`);
  const jobs = new CellQueue(redis, address, 1000 * record.lease, record.classes, warn);
  const awaited = new Map<string, Awaited>();
  const over = new AbortController();
  const cells = new Map(options.cells.map((cell) => [cell.name, cell]));
  const fresh: string[] = [];
  let ranks = 0;

  /** Whether the run of a cell is there, whoever trained it. */
  const isThere = ({ cell }: Awaited) => hasCellResult(join(options.directory, cellDirectory(cell.name)), cell);

  async function settle(): Promise<void> {
    const endings = await store.endings();
    for (const [name, one] of awaited) {
      const ending = endings.get(name);
      if (!ending || ('told' in ending && ending.told)) continue;
      awaited.delete(name);
      if ('failed' in ending) {
        await store.setEnding(name, { ...ending, told: true });
        one.reject(new TwillError(ending.failed));
      } else one.resolve();
    }
  }

  async function addFresh(): Promise<void> {
    const now = fresh.splice(0).flatMap((name) => awaited.get(name) ?? []);
    if (now.length === 0) return;
    const endings = await store.endings();
    for (const { cell } of now) {
      const ending = endings.get(cell.name);
      // What failed and was told of is tried again, and what is said to be done and is not there.
      if (ending && ('done' in ending || ending.told)) await store.forget(cell.name);
    }
    const wanted = now.filter(({ cell }) => !isNews(endings.get(cell.name)));
    await jobs.add(wanted.map(({ cell, rank }) => [cell, rank]));
  }

  async function showProgress(): Promise<void> {
    const held = new Map((await store.workers()).flatMap((worker) => worker.cells.map((one) => [one.name, one])));
    for (const [name, { tell }] of awaited) {
      const one = held.get(name);
      tell(one ? { phase: 'running', step: one.step, loss: one.loss } : { phase: 'waiting', step: 0, loss: null });
    }
  }

  /** After Redis has lost something: what is known here is put there again. */
  async function mend(): Promise<void> {
    if ((await store.status()) === null) {
      warn(`queue: ${address.shown} has lost the queue; it is filled again from what the directory holds.`);
      await store.claim(record);
      await store.setStatus('running');
      // Workers end when all cells have ended, those too that had before.
      for (const name of cells.keys()) if (!awaited.has(name)) await store.setEnding(name, { done: true });
    }
    const lost = await jobs.missing([...awaited.values()].map(({ cell }) => cell));
    const endings = lost.length > 0 ? await store.endings() : new Map();
    const again: (readonly [SweepCell, number])[] = [];
    for (const { name } of lost) {
      const one = awaited.get(name);
      if (!one || endings.has(name)) continue;
      if (!isThere(one)) again.push([one.cell, one.rank]);
      else {
        awaited.delete(name);
        await store.setEnding(name, { done: true });
        one.resolve();
      }
    }
    await jobs.add(again);
  }

  async function watch(): Promise<void> {
    const patient = (act: () => Promise<void>) => untilThereIsRoom(act, warn, over.signal);
    for (let mended = performance.now(); !over.signal.aborted; ) {
      await patient(addFresh);
      await patient(settle);
      await showProgress();
      if ((await store.status()) === 'cancelled') {
        throw new OptionError(`queue: ${address.shown} was cancelled; the same command fills it again.`);
      }
      if (performance.now() - mended > MEND) {
        await patient(mend);
        mended = performance.now();
      }
      await wait(LOOK, undefined, { signal: over.signal }).catch(() => {});
    }
  }

  await untilThereIsRoom(
    async () => {
      for (const cell of options.cells) {
        if (hasCellResult(join(options.directory, cellDirectory(cell.name)), cell)) {
          await store.setEnding(cell.name, { done: true });
        }
      }
    },
    warn,
    over.signal,
  );
  const failed = new AbortController();
  const watching = watch().catch((error) => {
    if (!over.signal.aborted) failed.abort(error);
  });

  async function leave(): Promise<void> {
    over.abort();
    await Promise.race([watching, wait(2000)]); // Redis may be away
    await Promise.race([jobs.close(), wait(2000)]);
  }

  return {
    over: failed.signal,
    run: (job, signal, tell) =>
      new Promise((resolve, reject) => {
        const name = basename(job.directory);
        const stop = () => {
          awaited.delete(name);
          reject(signal.reason);
        };
        if (signal.aborted) return stop();
        setMaxListeners(0, signal); // one for each cell
        signal.addEventListener('abort', stop, { once: true });
        const settled =
          <T extends unknown[]>(act: (...of: T) => void) =>
          (...of: T) => {
            signal.removeEventListener('abort', stop);
            act(...of);
          };
        tell({ phase: 'waiting', step: 0, loss: null });
        const cell = cells.get(name) as SweepCell;
        awaited.set(name, { cell, rank: ranks++, tell, resolve: settled(resolve), reject: settled(reject) });
        fresh.push(name);
      }),
    async finish() {
      over.abort();
      await watching;
      await jobs.clear();
      removeWork(options.directory);
      await store.end('finished');
      await jobs.close();
    },
    leave,
  };
}

/** A failure that nobody was told of. */
const isNews = (ending: Ending | undefined): boolean => ending !== undefined && 'failed' in ending && !ending.told;

function recordOf(options: FillOptions, lease: number): Omit<QueueRecord, 'layout'> {
  const { directory, cells, text, modules, device, spec } = options;
  return {
    home: markHome(directory),
    fingerprint: fingerprintOfSweep(options, codeOf(modules)),
    ...{ device: device.name, spec, lease, cells: cells.length, classes: classesOf(cells).map(({ name }) => name) },
    ...{ corpus: text && corpusOf(text), origin: text && originOf(text) },
  };
}

/** @throws OptionError when the queue is that of somebody else. */
async function claim(store: QueueStore, shown: string, record: Omit<QueueRecord, 'layout'>): Promise<void> {
  if (await store.claim(record)) return;
  const there = await store.record();
  if (!there) return claim(store, shown, record); // it has just ended
  if (there.home !== record.home) {
    throw new OptionError(
      `queue: ${shown} has another sweep, ${there.spec.name} of ${there.cells} cells, under this name; wait for its end, cancel it, or name this one: redis://host#name.`,
    );
  }
  const different = differences(there.fingerprint, record.fingerprint);
  if (different.length === 0) return;
  throw new OptionError(
    `queue: ${shown}: ${different.join('; ')}; go on where it was filled, or cancel it (--cancel) and fill it anew.`,
  );
}
