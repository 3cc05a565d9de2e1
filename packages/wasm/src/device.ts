// wasm(): the device.
import {
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
  type Runner,
  requireReadable,
  requireWithin,
  requireWritable,
  type Spec,
  shown,
  typedArray,
} from '@twilljs/tensor';
import { Allocator } from './allocator.ts';
import { module as fillModule } from './gen/fill.gen.ts';
import { Heap } from './heap.ts';
import type { Pointer, WasmKernel, WasmModule } from './kernel.ts';
import { type KernelFunction, type Walk, walk } from './launches.ts';
import { disposedError, Machine } from './machine.ts';
import { primitiveKernels } from './primitives.ts';
import { chooseTier, type Tier } from './tier.ts';

const pageBytes = 65536;
/** One page less than 4 GiB, so that the end of the last block is still a 32-bit number. */
const maximumPages = 65535;

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
  /** Internal: the loop that runs lists of launches. Default: one worker. */
  walk?: Walk;
}

export interface WasmDevice extends Device {
  readonly tier: Tier;
  /** Threads that run kernels. */
  readonly threads: number;
  /** Bytes that tensors and recordings hold now, rounded up to blocks. */
  readonly bytesInUse: number;
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

/** Compiles every module once, all at the same time. */
async function instantiate(
  modules: ReadonlySet<WasmModule>,
  tier: Tier,
  memory: WebAssembly.Memory,
): Promise<Map<WasmModule, WebAssembly.Exports>> {
  const instances = [...modules].map(async (module): Promise<[WasmModule, WebAssembly.Exports]> => {
    try {
      const { instance } = await WebAssembly.instantiate(decode((await module[tier]()).bytes), { env: { memory } });
      return [module, instance.exports];
    } catch (error) {
      throw new DeviceError(`wasm: module ${module.name} (${tier}) does not run here; try TWILL_WASM=plain.`, {
        cause: error,
      });
    }
  });
  return new Map(await Promise.all(instances));
}

function newMemory(maximum: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
  } catch (error) {
    throw new DeviceError(
      `wasm: ${maximum * pageBytes} bytes of address space are not to be had; lower maximumBytes.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The default device: WebAssembly SIMD kernels on one memory, in Node and in browsers.
 *
 * @param options kernels beyond the primitives, and limits.
 * @returns a device of its own, with its own memory.
 * @throws DeviceError when the engine has no WebAssembly SIMD, may not compile (a page's Content-Security-Policy) or has no memory to
 * give; OptionError for an unknown option or `TWILL_WASM`, for two kernels of one op, or for less than a page of memory.
 * @example
 * const device = await wasm();
 * await ones([2, 2], { device }).sum().item() // => 4
 */
export async function wasm(options: WasmOptions = {}): Promise<WasmDevice> {
  knownOnly('wasm', options, ['kernels', 'tier', 'maximumBytes', 'poison', 'eager', 'walk']);
  const { kernels = [], poison = false, eager = false, maximumBytes = maximumPages * pageBytes } = options;
  flag('wasm: poison', poison);
  flag('wasm: eager', eager);
  if (options.walk !== undefined && typeof options.walk !== 'function') {
    throw new OptionError(`wasm: walk is ${shown(options.walk)}, not a function; leave it out.`);
  }
  finite('wasm: maximumBytes', maximumBytes, pageBytes);
  requireKernels(kernels);
  const { tier } = await chooseTier(options.tier);
  const pages = Math.min(maximumPages, Math.floor(maximumBytes / pageBytes));
  const memory = newMemory(pages);
  const table = new Map<string, WasmKernel>();
  for (const kernel of [...Object.values(primitiveKernels), ...kernels]) {
    if ((table.get(kernel.op) ?? kernel) !== kernel) {
      throw new OptionError(`wasm: two kernels for the op ${kernel.op} were given; hand in one.`);
    }
    table.set(kernel.op, kernel);
  }
  const exports = await instantiate(new Set([...table.values()].map((kernel) => kernel.module)), tier, memory);
  (exports.get(fillModule)!.constants as KernelFunction)(0, 1, 0, 0);
  const machine = new Machine(new Heap(memory), new Allocator(memory, pages), exports, {
    poison,
    walk: options.walk ?? walk,
  });
  return makeDevice(tier, machine, table, pages * pageBytes, eager);
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

function makeDevice(
  tier: Tier,
  machine: Machine,
  table: ReadonlyMap<string, WasmKernel>,
  bytes: number,
  eager: boolean,
): WasmDevice {
  // Forgotten by dispose: tensors that outlive the device do not hold its memory.
  let held: Machine | null = machine;
  const alive = (): Machine => {
    if (held) return held;
    throw disposedError();
  };
  const roomAt = (buffer: DeviceBuffer) => alive().allocator.roomAt(buffer as Pointer);
  return {
    name: 'wasm',
    label: `wasm (${tier})`,
    float: 'f32',
    limits: { bytes, stepsAhead: 0 },
    eager,
    poison: machine.poison,
    tier,
    threads: 1,
    fallbacks: new Map<string, Fallback>(),
    get bytesInUse() {
      return held?.bytesInUse ?? 0;
    },
    report() {
      const { label, bytesInUse, fallbacks } = this;
      return { label, bytes: bytesInUse, buffers: held?.buffers ?? 0, fallbacks };
    },
    find<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A): Runner | string {
      const kernel = table.get(op.name);
      if (!kernel) return 'no kernel was given for it; pass it in wasm({ kernels })';
      const plan = kernel.plan(ins, attrs, alive().formulas(kernel.module));
      return typeof plan === 'string' ? plan : alive().runner(plan);
    },
    sequence: (ops) => alive().sequence(ops),
    allocate: (size: number): Pointer => alive().allocate(size),
    free(buffer: DeviceBuffer): void {
      held?.allocator.release(buffer as Pointer);
    },
    view(buffer: DeviceBuffer, byteOffset: number, byteLength: number): Pointer {
      requireWithin('wasm', roomAt(buffer), byteOffset, byteLength);
      return (buffer as Pointer) + byteOffset;
    },
    write(buffer: DeviceBuffer, data: Data): void {
      requireWritable('wasm', roomAt(buffer), data);
      alive().heap.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), buffer as Pointer);
    },
    async read(buffer: DeviceBuffer, dtype: DType, length: number): Promise<Data> {
      requireReadable('wasm', roomAt(buffer), dtype, length);
      return typedArray(dtype, alive().heap.bytes.buffer, buffer as Pointer, length).slice();
    },
    [Symbol.dispose](): void {
      held?.dispose();
      held = null;
    },
  };
}
