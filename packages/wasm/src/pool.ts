// The workers of a device, and the walk over lists of launches that they do together; the main thread is worker 0.
import { DeviceError } from '@twilljs/tensor';
import { type Formulas, module } from './gen/pool.gen.ts';
import type { Heap } from './heap.ts';
import { bytesOf, type Pointer } from './kernel.ts';
import { ENTRY_BYTES, type Functions } from './launches.ts';
import { inNode, type Threads } from './threads.ts';
import type { Tier } from './tier.ts';
import { startThread, type Thread, type WorkerStart } from './worker.ts';

/** What the walk says of a list. */
const SHARED = 1;
const PENDING = 2;

/** Bytes for the words of a failure, behind the control block. */
const WORDS = 504;

/** Milliseconds of work that could have been shared, after which the other threads are started: what is short does without. */
const WORTH_IT = 5;
/** Milliseconds that the main thread sleeps before it looks around, which uses time itself. */
const NAP = 500;
/**
 * Milliseconds without progress after which a thread counts as lost: where the process used less than a two hundredth of a processor,
 * which is less than the share of any thread that runs on a busy machine; and in any case.
 */
const IDLE_MOST = 4000;
const STILL_MOST = 600_000;

/** What a kernel threw, in whichever thread. */
interface Failure {
  /** Index of the function; -1 outside of all. */
  readonly kernel: number;
  readonly words: string;
  readonly cause?: unknown;
}

/** What listeners of threads write to; apart from the pool, so that they do not keep it alive. */
interface Life {
  /** Why the pool cannot go on. */
  broken: string | null;
  ended: boolean;
}

/** Ends the threads of a device that nobody can reach any more. */
const forgotten = new FinalizationRegistry<() => void>((end) => end());

/** The first 256 bytes are for constants of kernels, and no pointer is 0. */
const CONTROL: Pointer = 256;

/** `Atomics.wait` is refused to the main thread of a page. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

interface Parts {
  readonly heap: Heap;
  readonly functions: Functions;
  /** The walk over launches, and what it exports in this thread. */
  readonly walk: WebAssembly.Module;
  readonly formulas: Formulas;
}

export class Pool {
  readonly threads: number;
  /** Why there is one thread only. */
  readonly reason: string;
  /** Bytes at the beginning of the memory that are the pool's. */
  readonly reservedBytes: number;
  private readonly parts: Parts;
  private readonly wasm: Formulas;
  private readonly failure: Pointer;
  private readonly naps = Number(maySleep());
  private readonly life: Life = { broken: null, ended: false };
  private others: readonly Thread[] | null = null;
  /** Milliseconds of lists that could have been shared, before there were threads. */
  private spent = 0;

  constructor(parts: Parts, { count, reason }: Threads) {
    this.threads = count;
    this.reason = reason;
    this.parts = parts;
    this.wasm = parts.formulas;
    this.failure = CONTROL + this.wasm.controlBytes(count);
    this.reservedBytes = this.failure + 8 + WORDS;
    this.wasm.prepare(CONTROL, count);
  }

  /**
   * Runs a list to its end.
   *
   * @param scratch of all workers, `stride` bytes each.
   * @throws DeviceError where a kernel failed in any thread, or a thread has been lost.
   */
  run(list: Pointer, count: number, scratch: Pointer, stride: number): void {
    this.requireWhole();
    const { wasm, naps } = this;
    const end = list + ENTRY_BYTES * count;
    const begun = this.others ? 0 : performance.now();
    let failed: Failure | null = null;
    // After a failure the list goes on, so that all threads come to its end; what it computes is never seen.
    const attempt = (walk: () => number): number => {
      // Each round leaves behind a launch, or pieces of one, so that there is a last one.
      for (let next = walk; ; next = () => wasm.skip(CONTROL, 0) || wasm.help(CONTROL, naps)) {
        try {
          return next();
        } catch (cause) {
          failed ??= { kernel: wasm.runs(CONTROL, 0), words: String(cause), cause };
        }
      }
    };
    let state = attempt(() => wasm.walk(CONTROL, list, end, scratch, stride, naps));
    const watch = state === PENDING ? this.watcher() : null;
    while (state === PENDING) {
      watch?.();
      state = attempt(() => wasm.help(CONTROL, 2 * naps));
    }
    // Read in any case: what stays there would be an error of the next list.
    const elsewhere = this.failureElsewhere();
    failed ??= elsewhere;
    if (failed) throw this.errorOf(failed);
    if (this.others || state !== SHARED) return;
    this.spent += performance.now() - begun;
    if (this.spent > WORTH_IT) this.start().catch(() => {}); // the next list says it
  }

  /** Starts the other threads; they take part as soon as they are up. @returns resolves when all of them do. */
  async start(): Promise<void> {
    if (this.others) return;
    const { life, failure } = this;
    const { heap, functions, walk } = this.parts;
    const { modules, list } = functions;
    const shared = { memory: heap.memory, modules, walk, size: list.length };
    const given = { ...shared, control: CONTROL, failure, failureBytes: WORDS };
    const others: Thread[] = [];
    this.others = others;
    forgotten.register(this, () => endAll(others, life), this);
    for (let id = 1; id < this.threads; id++) others.push(startOne({ ...given, id }, life));
    await Promise.all(others.map(({ ready }) => ready));
  }

  /** Pieces of launches that each thread has done so far. */
  pieces(): number[] {
    return Array.from({ length: this.threads }, (_, id) => this.wasm.piecesBy(CONTROL, id));
  }

  dispose(): void {
    forgotten.unregister(this);
    endAll(this.others ?? [], this.life);
  }

  private requireWhole(): void {
    if (this.life.broken === null) return;
    throw new DeviceError(
      `wasm: a thread of this device is lost (${this.life.broken}), so nothing runs on it any more; make another one, with threads: 1 or TWILL_THREADS=1 if it happens again.`,
    );
  }

  /** What another thread has written down, which is forgotten by it. */
  private failureElsewhere(): Failure | null {
    const { i32, bytes } = this.parts.heap;
    const at = this.failure >>> 2;
    if (i32[at] === 0) return null;
    const text = this.failure + 8;
    const failed = { kernel: i32[at] - 2, words: new TextDecoder().decode(bytes.slice(text, text + i32[at + 1])) };
    i32.fill(0, at, at + 2);
    return failed;
  }

  private errorOf({ kernel, words, cause }: Failure): DeviceError {
    const name = this.parts.functions.names[kernel] ?? 'the walk over launches';
    return new DeviceError(
      `wasm: ${name} failed: ${words}; what it was to write is lost, and all that comes from it: go on from what was kept before.`,
      { cause },
    );
  }

  /** Looks, while the main thread waits for pieces of others, whether they are still worked on. */
  private watcher(): () => void {
    const usage = (globalThis as { process?: NodeJS.Process }).process?.cpuUsage?.bind(process);
    let begun = performance.now();
    let seen = begun;
    let lately = { since: begun, used: usage?.() };
    return () => {
      const now = performance.now();
      // More than a nap: there was progress in between, or the whole process was stopped.
      if (now - seen > 3 * NAP) [begun, lately] = [now, { since: now, used: usage?.() }];
      seen = now;
      if (now - lately.since < IDLE_MOST) return;
      // This thread has slept, so that what the process used was used by others. In a page nobody can tell.
      const took = usage?.(lately.used);
      const asleep = took !== undefined && (took.user + took.system) / 1000 < (now - lately.since) / 200;
      if (!asleep && now - begun < STILL_MOST) {
        lately = { since: now, used: usage?.() };
        return;
      }
      this.life.broken = 'it did not finish its share';
      this.requireWhole();
    };
  }
}

/** One that cannot be started, of which the machine may have too many, is lost as well. */
function startOne(given: WorkerStart, life: Life): Thread {
  const lost = (why: string) => {
    if (!life.ended) life.broken ??= `number ${given.id}: ${why}`;
  };
  try {
    return startThread(given, lost);
  } catch (error) {
    lost(String(error));
    return { ready: Promise.reject(error), end: () => {} };
  }
}

function endAll(threads: readonly Thread[], life: Life): void {
  life.ended = true;
  for (const thread of threads) thread.end();
}

/**
 * The pool of a device. In a page its threads are started at once, since only then it is known whether they may be.
 *
 * @param asked whether the number of threads was asked for: then it is an error if they cannot be had.
 * @throws DeviceError
 */
export async function openPool(
  { heap, functions, tier }: { heap: Heap; functions: Functions; tier: Tier },
  threads: Threads,
  asked: boolean,
): Promise<Pool> {
  const env = { memory: heap.memory, table: functions.table() };
  const { module: walk, instance } = await WebAssembly.instantiate(await bytesOf(module[tier]), { env });
  const parts = { heap, functions, walk, formulas: instance.exports as unknown as Formulas };
  const pool = new Pool(parts, threads);
  if (pool.threads === 1 || inNode()) return pool;
  try {
    await pool.start();
    return pool;
  } catch (cause) {
    pool.dispose();
    const reason = `workers cannot be started here (${String(cause)}); allow blob: in worker-src of the Content-Security-Policy`;
    if (asked) throw new DeviceError(`wasm: ${threads.count} threads were asked for, but ${reason}.`, { cause });
    return new Pool(parts, { count: 1, reason });
  }
}
