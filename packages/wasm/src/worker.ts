// The other threads: what runs in them, and how they are started and ended, in Node and in a page.
import { DeviceError } from '@twilljs/tensor';
import { inNode } from './threads.ts';

/** What a worker is given. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  /** Those of kernels, in the order of the table; and the walk over launches. */
  readonly modules: readonly WebAssembly.Module[];
  readonly walk: WebAssembly.Module;
  /** Number of functions, and place of the control block. */
  readonly size: number;
  readonly control: number;
  /** From 1 on. */
  readonly id: number;
  /** Where the text of a failure belongs, in the memory: index of the kernel + 2, bytes, text. */
  readonly failure: number;
  readonly failureBytes: number;
}

/**
 * The program of a worker: it takes part in launches for ever. What a kernel throws is written down for the main thread, which is not
 * able to receive messages while it waits; the launch is counted as done, so that it does not wait in vain.
 */
const program = `'use strict';
const here = typeof process === 'object' && process.getBuiltinModule ? process.getBuiltinModule('node:worker_threads').parentPort : self;
const start = ({ memory, modules, walk, size, control, id, failure, failureBytes }) => {
  const table = new WebAssembly.Table({ initial: size, element: 'anyfunc' });
  let index = 0;
  for (const module of modules) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    for (const one of Object.values(exports)) if (typeof one === 'function') table.set(index++, one);
  }
  const { serve, skip, runs } = new WebAssembly.Instance(walk, { env: { memory, table } }).exports;
  here.postMessage('ready');
  let next = serve;
  for (;;) {
    try {
      next(control, id);
      next = serve;
    } catch (error) {
      const words = new Int32Array(memory.buffer, failure, 2);
      if (Atomics.compareExchange(words, 0, 0, runs(control, id) + 2) === 0) {
        const text = new TextEncoder().encode(String(error)).subarray(0, failureBytes);
        new Uint8Array(memory.buffer).set(text, failure + 8);
        Atomics.store(words, 1, text.length);
      }
      next = skip;
    }
  }
};
if (here.once) here.once('message', start);
else here.onmessage = ({ data }) => start(data);
`;

/** A started thread. */
export interface Thread {
  /** Resolves when it takes part. */
  readonly ready: Promise<void>;
  end(): void;
}

/** What is used of a worker of Node. */
interface NodeWorker {
  on(event: string, listener: (value: unknown) => void): void;
  unref(): void;
  postMessage(message: unknown): void;
  terminate(): Promise<unknown>;
}

interface NodeHost {
  readonly process: {
    getBuiltinModule(name: 'node:worker_threads'): {
      Worker: new (code: string, options: object) => NodeWorker;
    };
  };
}

/** @param onDeath told once why it has ended, unless it was told to; it must not hold the device, which would never be collected. */
type Start = (given: WorkerStart, onDeath: (why: string) => void) => Thread;

const inNodeThread: Start = (given, onDeath) => {
  const { Worker } = (globalThis as unknown as NodeHost).process.getBuiltinModule('node:worker_threads');
  // Without the flags of this process: a loader of modules that stands among them would be loaded first.
  const worker = new Worker(program, { eval: true, execArgv: [], env: {} });
  const ready = new Promise<void>((resolve) => worker.on('message', () => resolve()));
  worker.on('error', (error) => onDeath(String(error)));
  worker.on('exit', (code) => onDeath(`it ended with code ${code}`));
  worker.unref();
  worker.postMessage(given);
  return { ready, end: () => void worker.terminate() };
};

const inPageThread: Start = (given, onDeath) => {
  const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => {
      URL.revokeObjectURL(url);
      resolve();
    };
    worker.onerror = ({ message }) => {
      const why = message || 'it could not be started';
      onDeath(why);
      reject(new DeviceError(`wasm: a worker thread failed: ${why}.`));
    };
  });
  worker.postMessage(given);
  return { ready, end: () => worker.terminate() };
};

/** Starts a thread that takes part in launches as soon as it is up. */
export const startThread: Start = (given, onDeath) => (inNode() ? inNodeThread : inPageThread)(given, onDeath);
