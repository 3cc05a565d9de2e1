// A thread that attacks one reader and says, in memory that others see, where it is: whoever watches may end it.
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { isTwillError } from '@twilljs/tensor';
import { processorMs, threadHere } from './processor.ts';
import { mutationOf } from './reader.ts';
import { type FileReader, faultOfRefusal } from './refusal.ts';

/** What a thread is told. */
export interface Task {
  /** Whose readers: of model files, of tokenizers, or bad ones that try the watch. */
  readonly group: 'files' | 'tokenizers' | 'bad';
  readonly reader: number;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** i32: the mutation that is being read; f64 at 8: since when, in ms of the clock; i32 at 16: the thread, as the system calls it. */
  readonly place: SharedArrayBuffer;
}

/** What it answers when it is through. */
export interface Report {
  readonly count: number;
  readonly accepted: number;
  readonly slowest: number;
  /** Of a reading, beyond twice the file, in bytes. */
  readonly mostAllocated: number;
  readonly faults: readonly string[];
}

/** What takes longer is timed once more. */
const LONG_MS = 200;

let allocated = 0;

/** Counts what is allocated for buffers from here on: of a reading, all of it, though it may be given back meanwhile. */
function countBuffers(): void {
  const world = globalThis as unknown as Record<string, new (...args: unknown[]) => { byteLength: number }>;
  const names = ['ArrayBuffer', 'Uint8Array', 'Uint16Array', 'Uint32Array', 'Int32Array', 'BigInt64Array'];
  for (const name of [...names, 'BigUint64Array', 'Float32Array', 'Float64Array']) {
    world[name] = new Proxy(world[name], {
      construct(target, args, self) {
        const made = Reflect.construct(target, args, self) as { byteLength: number };
        if (!(args[0] instanceof world.ArrayBuffer)) allocated += made.byteLength;
        return made;
      },
    });
  }
}

/** Bytes of heap and buffers that a reading takes, of which collected garbage is not all seen. */
async function measured(read: () => Promise<void>): Promise<number> {
  const before = getHeapStatistics().used_heap_size;
  allocated = 0;
  await read();
  return allocated + Math.max(0, getHeapStatistics().used_heap_size - before);
}

/** Of the processor, which others may have meanwhile; of the clock where the system does not tell. */
async function msOf(run: () => Promise<void>): Promise<number> {
  const [thread, started] = [threadHere(), performance.now()];
  const before = processorMs(thread);
  await run();
  const after = processorMs(thread);
  return before === null || after === null ? performance.now() - started : after - before;
}

async function attack(
  reader: FileReader,
  pool: readonly Uint8Array[],
  { seed, from, to, place }: Task,
): Promise<Report> {
  const [at, since] = [new Int32Array(place, 0, 1), new Float64Array(place, 8, 1)];
  const faults = new Map<string, string>();
  let [accepted, slowest, mostAllocated] = [0, 0, 0];
  for (let number = from; number < to; number++) {
    const { sample, bytes } = mutationOf(reader, pool, seed, number);
    let fault: string | null = null;
    let isAccepted = true;
    const read = async () => {
      try {
        fault = await reader.read(bytes, sample);
      } catch (error) {
        isAccepted = false;
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        fault = isTwillError(error) ? faultOfRefusal(error.message) : `untyped: ${text}`;
      }
    };
    Atomics.store(at, 0, number);
    since[0] = Date.now();
    const take = () =>
      reader.take(bytes, sample).then(
        () => {},
        () => {},
      ); // `read` says what is wrong
    const started = performance.now();
    let bytesTaken = await measured(take);
    let ms = performance.now() - started;
    await read();
    since[0] = Number.POSITIVE_INFINITY;
    if (ms > LONG_MS) ms = await msOf(take); // the machine may have been busy
    slowest = Math.max(slowest, ms);
    // Code that is not compiled yet makes garbage of its own: it is read once more, under the same bound.
    if (bytesTaken > 2 * bytes.length + reader.allowed) bytesTaken = await measured(take);
    mostAllocated = Math.max(mostAllocated, bytesTaken - 2 * bytes.length);
    if (bytesTaken > 2 * bytes.length + reader.allowed)
      fault ??= `allocated ${bytesTaken} bytes for a file of ${bytes.length}`;
    if (isAccepted && fault === null) accepted++;
    if (fault === null) continue;
    const kind = (fault as string).replaceAll(/\d+/g, '').slice(0, 120);
    if (!faults.has(kind)) faults.set(kind, `${reader.name}, seed ${seed}, mutation ${number}: ${fault}`);
  }
  return { count: to - from, accepted, slowest, mostAllocated, faults: [...faults.values()] };
}

const task = workerData as Task;
new Int32Array(task.place)[4] = threadHere();
// One group alone: that of model files is most of the library.
const readersOf: Record<Task['group'], () => Promise<readonly FileReader[]>> = {
  files: async () => (await import('./of-files.ts')).ofFiles(),
  tokenizers: async () => (await import('./of-tokenizers.ts')).ofTokenizers(),
  bad: async () => (await import('./bad-readers.ts')).badReaders,
};
const readers = await readersOf[task.group]();
const pool = readers.flatMap(({ samples }) => samples);
for (const [i, bytes] of readers[task.reader].samples.entries()) await readers[task.reader].read(bytes, i); // warm
countBuffers();
parentPort?.postMessage(await attack(readers[task.reader], pool, task));
