// The floor of decoding: reading so many bytes of written memory once, by as many threads as there are, from WebAssembly.
import { Worker } from 'node:worker_threads';
import { serve } from '../lib/serve.ts';

export interface ReadJob {
  /** Of `readModule()`. */
  readonly module: string;
  readonly bytes: number;
  readonly threads: number;
}

/** Times that all is read for an answer. */
const TIMES = 200;
const PAGE = 65536;
/** Places in the first page, as i32: the round that is on, and how many have done their share of it. */
const [ROUND, DONE] = [0, 1];

/** Every thread reads its share, TIMES in a round; they meet after each time, as kernels meet after a launch. */
const share = `
const meet = (state, n) => {
  if (Atomics.add(state, ${DONE}, 1) === n * threads - 1) return;
  while (Atomics.load(state, ${DONE}) < n * threads);
};
const pass = (state, times) => {
  for (let n = 1; n <= times; n++) { read(from, to); meet(state, n); }
};`;

const worker = `
const { workerData } = require('node:worker_threads');
const { memory, module, threads, from, to } = workerData;
const { read } = new WebAssembly.Instance(module, { env: { memory } }).exports;
const state = new Int32Array(memory.buffer);
${share}
for (let round = 0; ; round++) {
  Atomics.wait(state, ${ROUND}, round);
  pass(state, ${TIMES});
}`;

await serve(async ({ module: base64, bytes, threads }: ReadJob) => {
  const pages = Math.ceil(bytes / PAGE) + 2;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  new Uint8Array(memory.buffer, PAGE).fill(1);
  const module = await WebAssembly.compile(Buffer.from(base64, 'base64'));
  const cut = (i: number) => PAGE + 64 * Math.round((i * bytes) / 64 / threads);
  for (let i = 1; i < threads; i++) {
    const workerData = { memory, module, threads, from: cut(i), to: cut(i + 1) };
    new Worker(worker, { eval: true, workerData }).unref();
  }
  const { read } = (await WebAssembly.instantiate(module, { env: { memory } })).exports;
  const state = new Int32Array(memory.buffer);
  const pass = new Function('read', 'threads', 'from', 'to', `${share} return pass;`)(read, threads, cut(0), cut(1));
  return {
    hello: {},
    work() {
      Atomics.store(state, DONE, 0);
      Atomics.add(state, ROUND, 1);
      Atomics.notify(state, ROUND);
      const start = performance.now();
      pass(state, TIMES);
      return { seconds: (performance.now() - start) / 1000 / TIMES };
    },
  };
});
