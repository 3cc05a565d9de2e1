// Does this engine make one operation of 256 bits out of two adjacent ones of 128? Asked of the tile of the matrix product.
import { probe } from './gen/probe.gen.ts';
import { Heap, newMemory } from './heap.ts';
import { bytesOf, type WasmBuild } from './kernel.ts';

export interface Pairing {
  /** The wide build is right here, and faster. */
  readonly pairs: boolean;
  /** The wide build computes something else: the engine is at fault. */
  readonly wrong: boolean;
}

/** Inner size of the tile, and tiles per timing: some microseconds. */
const [K, TIMES] = [128, 8];
/** An engine that does not pair runs the wide tile at a quarter of the speed of the other; one that does, at 1.4 times. */
const FASTER = 1.1;
/** How often each is timed; the fastest counts. */
const ROUNDS = 60;

interface Tried {
  run(): void;
  result(): Int32Array;
}

/** Places of what both builds read, and of the arguments and results of each. */
const [A, B, EACH, FIRST] = [2048, 8192, 1024, 32768];

/** On one memory, of which each takes 10 GB of address space. */
async function prepare(builds: readonly WasmBuild[]): Promise<Tried[]> {
  const memory = newMemory(1);
  const heap = new Heap(memory);
  for (let i = 0; i < 22 * K; i++) heap.f32[i < 6 * K ? A / 4 + i : B / 4 + i - 6 * K] = ((i * 37) % 101) / 64 - 0.7;
  return Promise.all(
    builds.map(async (build, n) => {
      const { instance } = await WebAssembly.instantiate(await bytesOf(build), { env: { memory } });
      const args = FIRST + n * EACH;
      const c = args + EACH / 2;
      const launch = probe(1, { times: TIMES, K, a: A, b: B, c });
      launch.kernel.write(heap, args, launch.args);
      const kernelOf = instance.exports.probe as (...args: number[]) => void;
      return { run: () => kernelOf(0, 1, args, 0), result: () => heap.i32.subarray(c / 4, c / 4 + 96) };
    }),
  );
}

function milliseconds({ run }: Tried): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/**
 * @param builds of the probe's module, relaxed and wide; both fuse.
 * @param optimised runs what compiles them so that code is good from the first call.
 */
export async function pairing(
  builds: { relaxed: WasmBuild; wide: WasmBuild },
  optimised: <T>(compile: () => T) => T = (compile) => compile(),
): Promise<Pairing> {
  const [relaxed, wide] = await prepare([builds.relaxed, builds.wide]);
  // A function is compiled when it is first called.
  optimised(() => {
    relaxed.run();
    wide.run();
  });
  const best = [relaxed, wide].map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, tried] of [relaxed, wide].entries()) best[i] = Math.min(best[i], milliseconds(tried));
  }
  const wrong = relaxed.result().some((bits, i) => bits !== wide.result()[i]);
  return { pairs: !wrong && best[1] * FASTER < best[0], wrong };
}
