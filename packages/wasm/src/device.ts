// wasm(): the device.
import {
  Allocator,
  type Data,
  type Device,
  type DeviceBuffer,
  DeviceError,
  type DType,
  type Fallback,
  finite,
  flag,
  knownOnly,
  type Op,
  OptionError,
  pageBytes,
  type Runner,
  requireReadable,
  requireWithin,
  requireWritable,
  type Spec,
  shown,
  typedArray,
} from '@twilljs/tensor';
import { module as fillModule } from './gen/fill.gen.ts';
import { Heap, newMemory } from './heap.ts';
import { bytesOf, type Pointer, type WasmKernel, type WasmModule } from './kernel.ts';
import { Functions, type KernelFunction, type Loaded, type Walk } from './launches.ts';
import { disposedError, Machine, type RunList } from './machine.ts';
import { openPool, type Pool } from './pool.ts';
import { primitiveKernels } from './primitives.ts';
import { chooseThreads } from './threads.ts';
import { chooseTier, type Tier } from './tier.ts';

/** One page less than 4 GiB, so that the end of the last block is still a 32-bit number. */
const maximumPages = 65535;

/** Kernels of ops, the tier, and how many threads. */
export interface WasmOptions {
  /** Kernels of ops beyond the primitives: the lists that other packages export at their `./wasm` entry. */
  kernels?: readonly WasmKernel[];
  /** Default: `TWILL_WASM` if set, else the fastest that this engine runs. */
  tier?: Tier;
  /** Bytes that the device may use at most. Default: 4 GiB less 64 KiB, all that 32 bits can address. */
  maximumBytes?: number;
  /** Fresh memory and scratch are NaN, to find elements that a kernel forgets to write. */
  poison?: boolean;
  /** `compile` runs every step anew instead of replaying it: the slow twin. */
  eager?: boolean;
  /** Threads that run kernels, 1 to 64; they change no bit. Default: `TWILL_THREADS` if set, else one per processor, at most 8. */
  threads?: number;
  /** Internal: a loop over lists of launches, in the place of the threads. */
  walk?: Walk;
}

/** The device of WebAssembly. */
export interface WasmDevice extends Device {
  readonly tier: Tier;
  /** Threads that run kernels. The others are started when there is something to share, in a page at once. */
  readonly threads: number;
  /** Pieces of shared launches that each thread has done so far, the main thread first. */
  pieces(): readonly number[];
  /** Bytes that tensors and recordings hold now, rounded up to blocks. */
  readonly bytesInUse: number;
}

/** Compiles every module once, all at the same time. */
async function instantiate(
  modules: ReadonlySet<WasmModule>,
  tier: Tier,
  memory: WebAssembly.Memory,
): Promise<Map<WasmModule, Loaded>> {
  const instances = [...modules].map(async (module): Promise<[WasmModule, Loaded]> => {
    const bytes = await bytesOf(module[tier]).catch((cause) => {
      throw new DeviceError(
        `wasm: the ${tier} build of module ${module.name} cannot be loaded (${String(cause)}); its file must be where the page was built to, and hold what deflateRawSync made of a module, in base64.`,
        { cause },
      );
    });
    try {
      const { module: compiled, instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
      return [module, { compiled, exports: instance.exports }];
    } catch (error) {
      throw new DeviceError(`wasm: module ${module.name} (${tier}) does not run here; try TWILL_WASM=plain.`, {
        cause: error,
      });
    }
  });
  return new Map(await Promise.all(instances));
}

/**
 * The device where there is no graphics card: WebAssembly SIMD kernels on one memory, in Node and in browsers.
 *
 * @param options kernels beyond the primitives, and limits.
 * @returns a device of its own, with its own memory.
 * @throws DeviceError when the engine has no WebAssembly SIMD, may not compile (a page's Content-Security-Policy) or has no memory to
 * give; OptionError for an unknown option or `TWILL_WASM` or
 * `TWILL_THREADS`, for two kernels of one op, or for less than a page of memory.
 * @example
 * const device = await wasm();
 * await ones([2, 2], { device }).sum().item() // => 4
 */
export async function wasm(options: WasmOptions = {}): Promise<WasmDevice> {
  knownOnly('wasm', options, ['kernels', 'tier', 'maximumBytes', 'poison', 'eager', 'threads', 'walk']);
  const { kernels = [], poison = false, eager = false, maximumBytes = maximumPages * pageBytes } = options;
  flag('wasm: poison', poison);
  flag('wasm: eager', eager);
  if (options.walk !== undefined && typeof options.walk !== 'function') {
    throw new OptionError(`wasm: walk is ${shown(options.walk)}, not a function; leave it out.`);
  }
  finite('wasm: maximumBytes', maximumBytes, pageBytes);
  requireKernels(kernels);
  const threads = options.walk ? { count: 1, reason: 'it has a walk of its own' } : chooseThreads(options.threads);
  const { tier, reason } = await chooseTier(options.tier);
  const pages = Math.min(maximumPages, Math.floor(maximumBytes / pageBytes));
  const memory = newMemory(pages);
  const table = new Map<string, WasmKernel>();
  for (const kernel of [...Object.values(primitiveKernels), ...kernels]) {
    if ((table.get(kernel.op) ?? kernel) !== kernel) {
      throw new OptionError(`wasm: two kernels for the op ${kernel.op} were given; hand in one.`);
    }
    table.set(kernel.op, kernel);
  }
  const loaded = await instantiate(new Set([...table.values()].map((kernel) => kernel.module)), tier, memory);
  (loaded.get(fillModule)!.exports.constants as KernelFunction)(0, 1, 0, 0);
  const functions = new Functions(loaded);
  const heap = new Heap(memory);
  const pool = await openPool({ heap, functions, tier }, threads, options.threads !== undefined);
  const allocator = new Allocator('wasm', heap, pages, pool.reservedBytes);
  const { walk } = options;
  const runList: RunList = walk
    ? (list, count, scratch, _, own) => walk(functions.list, heap.i32, list >>> 2, count, scratch, own)
    : (list, count, scratch, stride) => pool.run(list, count, scratch, stride);
  const machine = new Machine({ heap, allocator, functions }, { poison, workers: pool.threads, runList });
  return makeDevice({ tier, tierReason: reason, machine, pool, table, loaded, bytes: pages * pageBytes, eager });
}

/** @throws OptionError for what is no list of kernels, such as a module instead of its `kernels`. */
function requireKernels(kernels: unknown): void {
  const sound = (kernel: Partial<WasmKernel> | null) =>
    typeof kernel?.op === 'string' && typeof kernel.plan === 'function' && typeof kernel.module?.plain === 'function';
  if (Array.isArray(kernels) && kernels.every(sound)) return;
  throw new OptionError(
    `wasm: kernels is ${shown(kernels)}; give a list of { op, module, plan }, as packages export at their ./wasm entry.`,
  );
}

interface Parts {
  readonly tier: Tier;
  readonly tierReason: string;
  readonly machine: Machine;
  readonly pool: Pool;
  readonly table: ReadonlyMap<string, WasmKernel>;
  readonly loaded: ReadonlyMap<WasmModule, Loaded>;
  readonly bytes: number;
  readonly eager: boolean;
}

function makeDevice({ tier, tierReason, machine, pool, table, loaded, bytes, eager }: Parts): WasmDevice {
  const { threads, reason } = pool;
  // Forgotten by dispose: tensors that outlive the device do not hold its memory.
  let held: { machine: Machine; pool: Pool; loaded: ReadonlyMap<WasmModule, Loaded> } | null = {
    machine,
    pool,
    loaded,
  };
  const alive = () => {
    if (held) return held;
    throw disposedError();
  };
  const roomAt = (buffer: DeviceBuffer) => alive().machine.allocator.roomAt(buffer as Pointer);
  return {
    name: 'wasm',
    label: `wasm (${tier}, ${threads === 1 ? '1 thread' : `${threads} threads`})`,
    float: 'f32',
    limits: { bytes, stepsAhead: 0, tokensAtOnce: 2048 },
    eager,
    poison: machine.poison,
    tier,
    threads,
    fallbacks: new Map<string, Fallback>(),
    pieces: () => alive().pool.pieces(),
    get bytesInUse() {
      return held?.machine.bytesInUse ?? 0;
    },
    report() {
      const { label, bytesInUse, fallbacks } = this;
      const buffers = held?.machine.buffers ?? 0;
      return {
        label,
        bytes: bytesInUse,
        buffers,
        fallbacks,
        threads: { count: threads, reason },
        tier: { name: tier, reason: tierReason },
      };
    },
    find<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A): Runner | string {
      const kernel = table.get(op.name);
      if (!kernel) return 'no kernel was given for it; pass it in wasm({ kernels })';
      const plan = kernel.plan(ins, attrs, alive().loaded.get(kernel.module)!.exports);
      return typeof plan === 'string' ? plan : alive().machine.runner(plan);
    },
    sequence: (ops) => alive().machine.sequence(ops),
    allocate: (size: number): Pointer => alive().machine.allocate(size),
    free(buffer: DeviceBuffer): void {
      held?.machine.allocator.release(buffer as Pointer);
    },
    view(buffer: DeviceBuffer, byteOffset: number, byteLength: number): Pointer {
      requireWithin('wasm', roomAt(buffer), byteOffset, byteLength);
      return (buffer as Pointer) + byteOffset;
    },
    write(buffer: DeviceBuffer, data: Data): void {
      requireWritable('wasm', roomAt(buffer), data);
      alive().machine.heap.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), buffer as Pointer);
    },
    async read(buffer: DeviceBuffer, dtype: DType, length: number): Promise<Data> {
      requireReadable('wasm', roomAt(buffer), dtype, length);
      return typedArray(dtype, alive().machine.heap.bytes.buffer, buffer as Pointer, length).slice();
    },
    [Symbol.dispose](): void {
      held?.machine.dispose();
      held?.pool.dispose();
      held = null;
    },
  };
}
