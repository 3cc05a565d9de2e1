// The places of a worker: each trains one cell after the other, as long as there are some and the queue is not paused.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SweepCell } from '@twilljs/sweep';
import { cellDirectory, hasCellResult, type JobContext, jobOf } from '@twilljs/sweep/node';
import { isTwillError } from '@twilljs/tensor';
import { MetricsReader } from '@twilljs/train/node';
import { publishRun, takeRun } from './attempt.ts';
import type { CellQueue, TakenCell } from './cells.ts';
import { isFull, untilThereIsRoom } from './connection.ts';
import { fits, type Means, type NeedClass } from './needs.ts';
import type { Ending, HeldCell, QueueStore } from './record.ts';
import type { WorkEvent, WorkOptions } from './work.ts';

/** Milliseconds that what is said to Redis may take once the worker is over. */
const GOODBYE = 3000;

/** Milliseconds until an empty queue is asked again. */
const IDLE = 300;

/** Failures of a cell that are no fault of its own, such as the end of its process, until it counts as failed. */
const MOST_FAILURES = 3;

/** Seconds before a cell goes back after its first such failure; each further one takes twice as long. */
const BACK_OFF = 2;

/** What the places of a worker share. */
export interface SlotsContext {
  readonly options: WorkOptions;
  readonly store: QueueStore;
  readonly cells: CellQueue;
  /** Milliseconds. */
  readonly lease: number;
  readonly over: AbortSignal;
  readonly classes: readonly NeedClass[];
  readonly means: Means;
  warn(message: string): void;
}

/** A cell that is being trained here. */
interface Held {
  readonly taken: TakenCell;
  readonly reader: MetricsReader;
  /** Aborted when the cell was taken over, when the queue is paused, and when the worker is over. */
  readonly stopped: AbortController;
  isLost: boolean;
}

/** The places of a worker. */
export class Slots {
  private paused = false;
  readonly counts = { done: 0, failed: 0 };
  private readonly context: SlotsContext;
  private readonly all: ReadonlyMap<string, SweepCell>;
  private readonly running = new Map<string, Held>();

  constructor(context: SlotsContext) {
    this.context = context;
    this.all = new Map(context.options.cells.map((cell) => [cell.name, cell]));
  }

  /** What is being trained, and how far it is. */
  held(): HeldCell[] {
    return [...this.running].map(([name, { reader }]) => {
      const { step, losses } = reader.read();
      const loss = losses.at(-1) ?? Number.NaN;
      return { name, step, loss: Number.isFinite(loss) ? loss : null };
    });
  }

  /** While it is so, cells that are running are put away and no other begins. */
  setPaused(paused: boolean): void {
    this.paused = paused;
    if (paused) this.stop();
  }

  /** Works in so many places at a time until the worker is over. */
  async work(places: number): Promise<void> {
    const { over, lease } = this.context;
    const renewing = setInterval(() => this.renew(), lease / 3);
    over.addEventListener('abort', () => this.stop(), { once: true });
    const all = Promise.all(Array.from({ length: places }, () => this.workHere()));
    await Promise.race([all, this.late()]).finally(() => clearInterval(renewing));
  }

  /** When the worker is over and all work is put away, Redis may still be away. */
  private async late(): Promise<void> {
    const { over } = this.context;
    if (!over.aborted) await once(over, 'abort');
    while (this.running.size > 0) await wait(IDLE);
    await wait(GOODBYE);
  }

  private stop(): void {
    for (const { stopped } of this.running.values()) stopped.abort();
  }

  private renew(): void {
    for (const held of this.running.values()) {
      held.taken.renew().then(
        (isOurs) => {
          if (isOurs) return;
          held.isLost = true;
          held.stopped.abort();
        },
        (error: Error) => {
          if (!isFull(error)) this.context.warn(`queue: ${error.message}`);
        },
      );
    }
  }

  /** The classes of which a cell fits now. */
  private fitting(): string[] {
    const { classes, means } = this.context;
    return classes.filter((one) => fits(one, means)).map(({ name }) => name);
  }

  /** Whether there is nothing that it could still do: its time does not suffice for any cell. */
  get isIdle(): boolean {
    return this.running.size === 0 && this.fitting().length === 0;
  }

  private async workHere(): Promise<void> {
    const { over, cells, warn } = this.context;
    const idle = () => wait(IDLE, undefined, { signal: over }).catch(() => {});
    while (!over.aborted) {
      if (this.paused) {
        await idle();
        continue;
      }
      const token = randomUUID();
      const taken = await untilThereIsRoom(() => cells.take(token, this.fitting()), warn, over);
      if (!taken) await idle();
      else if (over.aborted) await this.patiently(() => taken.putBack());
      else await this.train(taken, token);
    }
  }

  /** Says something to Redis, again while it is full. */
  private async patiently(act: () => Promise<unknown>): Promise<void> {
    const { over, warn } = this.context;
    await untilThereIsRoom(act, warn, over).catch((error: Error) => {
      // Whoever has lost a cell has nothing to say of it.
      if (!/lock|Missing/i.test(error.message)) warn(`queue: ${error.message}`);
    });
  }

  private async train(taken: TakenCell, token: string): Promise<void> {
    const { options } = this.context;
    const home = resolve(options.directory);
    const cell = this.all.get(taken.name) as SweepCell;
    const published = join(home, cellDirectory(cell.name));
    if (hasCellResult(published, cell)) return this.end(taken, { done: true });
    const run = takeRun(home, cell.name, token);
    const held: Held = { taken, reader: new MetricsReader(run), stopped: new AbortController(), isLost: false };
    this.running.set(cell.name, held);
    this.tell(cell.name, 'begins');
    const failure = await this.runCell(cell, run, held).then(
      () => null,
      (error: Error) => error,
    );
    this.running.delete(cell.name);
    if (held.isLost) return this.tell(cell.name, 'taken over');
    const isWhole = hasCellResult(run, cell);
    if (held.stopped.signal.aborted && !isWhole) {
      this.tell(cell.name, 'put back');
      return this.patiently(() => taken.putBack());
    }
    const message = failure?.message.replaceAll(run, published) ?? endless(published);
    if (!isWhole && !(await this.isOurs(taken))) return this.tell(cell.name, 'taken over');
    if (!isWhole && !(await this.isFinal(failure, taken))) return;
    publishRun(home, cell.name, run, (path) => hasCellResult(path, cell));
    await this.end(taken, isWhole ? { done: true } : { failed: message });
  }

  private async runCell(cell: SweepCell, run: string, { stopped }: Held): Promise<unknown> {
    const { directory, text, modules, device, threads = null, command = [] } = this.context.options;
    const context: JobContext = { text, home: resolve(directory), modules, device: device.name, threads, command };
    return this.context.options.run(jobOf(cell, run, context), stopped.signal);
  }

  /** Whose files have gone to somebody else has not failed. */
  private async isOurs(taken: TakenCell): Promise<boolean> {
    let isOurs = false;
    await this.patiently(async () => {
      isOurs = await taken.renew();
    });
    return isOurs;
  }

  /** Whether a cell that failed stays so: otherwise it has gone back into the queue, after a while. */
  private async isFinal(failure: Error | null, taken: TakenCell): Promise<boolean> {
    if (!failure || isTwillError(failure)) return true; // it would fail everywhere
    const { store, over } = this.context;
    let failures = 0;
    await this.patiently(async () => {
      failures = await store.countFailure(taken.name);
    });
    if (failures >= MOST_FAILURES) return true;
    this.context.warn(
      `${taken.name}: ${failure.message} It is tried again (${failures} of ${MOST_FAILURES} failures).`,
    );
    await wait(1000 * BACK_OFF * 2 ** (failures - 1), undefined, { signal: over }).catch(() => {});
    await this.patiently(() => taken.putBack());
    return false;
  }

  private async end(taken: TakenCell, ending: Ending): Promise<void> {
    const { store } = this.context;
    await this.patiently(() => store.setEnding(taken.name, ending));
    await this.patiently(() => taken.complete());
    if ('failed' in ending) {
      this.counts.failed++;
      this.tell(taken.name, 'failed', ending.failed);
    } else {
      this.counts.done++;
      this.tell(taken.name, 'done');
    }
  }

  private tell(cell: string, what: WorkEvent['what'], message?: string): void {
    this.context.options.observe?.({ cell, what, ...(message !== undefined && { message }) });
  }
}

const endless = (run: string): string =>
  `${run}: its run came to its end without finite numbers to compare; see metrics.jsonl there.`;
