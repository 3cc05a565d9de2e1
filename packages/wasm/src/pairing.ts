// Does this engine make one operation of 256 bits out of two adjacent ones of 128? Asked of the tile of the matrix product.
import { module, probe } from './gen/probe.gen.ts';
import { Heap } from './heap.ts';
import type { WasmBuild } from './kernel.ts';

export interface Pairing {
  /** The wide build is right here, and faster. */
  readonly pairs: boolean;
  /** The wide build computes something else: the engine is at fault. */
  readonly wrong: boolean;
  /** Why it does not pair; empty where it does. */
  readonly reason: string;
}

/** Inner size of the tile, and tiles per timing: some microseconds. */
const [K, TIMES] = [128, 8];
/** An engine that does not pair runs the wide tile at a quarter of the speed of the other; one that does, at 1.4 times. */
const FASTER = 1.1;
/** Milliseconds after which an answer is given even if the engine still has not optimised both. */
const PATIENCE = 100;

interface Tried {
  run(): void;
  best: number;
  first: number;
  result(): Int32Array;
}

async function prepare(build: WasmBuild): Promise<Tried> {
  const { bytes } = await build();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const code = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
  const heap = new Heap(memory);
  const [args, a, b, c] = [1024, 2048, 8192, 32768];
  for (let i = 0; i < 22 * K; i++) heap.f32[i < 6 * K ? a / 4 + i : b / 4 + i - 6 * K] = ((i * 37) % 101) / 64 - 0.7;
  const { kernel, args: values } = probe(1, { times: TIMES, K, a, b, c });
  kernel.write(heap, args, values);
  const kernelOf = instance.exports.probe as (...args: number[]) => void;
  return {
    run: () => kernelOf(0, 1, args, 0),
    best: Number.POSITIVE_INFINITY,
    first: 0,
    result: () => heap.i32.subarray(c / 4, c / 4 + 96),
  };
}

function time(tried: Tried): void {
  const start = performance.now();
  tried.run();
  const took = performance.now() - start;
  tried.first ||= took;
  tried.best = Math.min(tried.best, took);
}

/** Compiled well: an engine starts with code that is several times slower. */
const settled = ({ first, best }: Tried) => best < first / 3;

/** @param builds of the probe's module, relaxed and wide; both fuse. */
export async function pairing(builds: { relaxed: WasmBuild; wide: WasmBuild } = module): Promise<Pairing> {
  const [relaxed, wide] = await Promise.all([prepare(builds.relaxed), prepare(builds.wide)]);
  const end = performance.now() + PATIENCE;
  let rounds = 0;
  for (let left = 50; left > 0 && performance.now() < end; rounds++) {
    time(relaxed);
    time(wide);
    if (settled(relaxed) && settled(wide)) left--;
    // Optimised code arrives from another thread.
    if (rounds % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  if (!relaxed.result().every((bits, i) => bits === wide.result()[i])) {
    const reason =
      'this engine gives other numbers with pairs of lanes, so they are not used; please report its version';
    return { pairs: false, wrong: true, reason };
  }
  const pairs = wide.best * FASTER < relaxed.best;
  return { pairs, wrong: false, reason: pairs ? '' : 'this engine does not pair lanes to 256 bits; Node 24 does' };
}
