// Threads that attack readers under a watch: one that takes two seconds for a file is killed, and that is a fault.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { processorMs } from './processor.ts';
import type { Report, Task } from './thread.ts';

/** A reading that takes longer hangs: of the processor, which others may have meanwhile, or by the clock where it waits for something. */
const LONGEST_MS = 2000;
const LONGEST_WAIT_MS = 20_000;
const TICK_MS = 100;
/** Mutations of one thread; it loads its modules anew. */
const PORTION = 10_000;
/** Megabytes of heap; who wants more has crashed. */
const HEAP_MB = 256;

const none: Report = { count: 0, accepted: 0, slowest: 0, mostAllocated: 0, faults: [] };

/** Hands mutations to a reader, in one thread after the other. @param reader number of it in its group. */
export async function attackInThreads(
  group: Task['group'],
  reader: number,
  seed: number,
  count: number,
): Promise<Report> {
  let all = none;
  for (let from = 0; from < count; ) {
    const { report, next } = await portion({ group, reader, seed, from, to: Math.min(from + PORTION, count) });
    all = {
      count: all.count + next - from,
      accepted: all.accepted + report.accepted,
      slowest: Math.max(all.slowest, report.slowest),
      mostAllocated: Math.max(all.mostAllocated, report.mostAllocated),
      faults: [...all.faults, ...report.faults],
    };
    from = next;
  }
  return all;
}

/** @returns `next`: the first mutation that was not read. */
function portion(task: Omit<Task, 'place'>): Promise<{ report: Report; next: number }> {
  const place = new SharedArrayBuffer(24);
  const [at, since] = [new Int32Array(place), new Float64Array(place, 8, 1)];
  since[0] = Number.POSITIVE_INFINITY;
  at[0] = task.from;
  const thread = new Worker(fileURLToPath(new URL('./thread.mjs', import.meta.url)), {
    workerData: { ...task, place } satisfies Task,
    execArgv: ['--conditions=@twilljs/source'],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return new Promise((resolve, reject) => {
    const end = (report: Report, next: number) => {
      clearInterval(watch);
      thread.terminate().then(() => resolve({ report, next }));
    };
    const broken = (what: string) => {
      const number = Atomics.load(at, 0);
      end({ ...none, faults: [`reader ${task.reader}, seed ${task.seed}, mutation ${number}: ${what}`] }, number + 1);
    };
    let seen = { number: -1, from: 0 };
    const watch = setInterval(() => {
      const [number, now] = [Atomics.load(at, 0), processorMs(at[4])];
      if (seen.number !== number) seen = { number, from: now ?? 0 };
      const waited = Date.now() - since[0];
      if (waited < LONGEST_MS) return;
      if (now === null || now - seen.from >= LONGEST_MS - TICK_MS || waited > LONGEST_WAIT_MS)
        broken(`killed after ${waited} ms`);
    }, TICK_MS);
    thread.once('message', (report: Report) => end(report, task.to));
    thread.once('error', (error) => {
      if (since[0] !== Number.POSITIVE_INFINITY) return broken(`the thread ended: ${error.stack ?? error}`);
      clearInterval(watch);
      reject(error); // it is the thread's own, no reading's
    });
  });
}
