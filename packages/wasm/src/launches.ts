// Lists of launches in the device's memory, and the functions that they call.
import type { Heap } from './heap.ts';
import type { Kernel, Launch, Pointer, WasmModule } from './kernel.ts';

/** A kernel as its module exports it: units from..to, arguments at a place, scratch of the worker. */
export type KernelFunction = (from: number, to: number, args: Pointer, scratch: Pointer) => void;

/** An entry of a list: function, units, place of the arguments, 0. */
export const ENTRY = 4;
export const ENTRY_BYTES = 4 * ENTRY;

/**
 * Runs a list, launch after launch: what tests and benchmarks put in the place of the pool.
 *
 * @param list the device's memory as i32.
 * @param at place of the first entry, in i32.
 * @param scratch the worker's own, of `bytes`.
 */
export type Walk = (
  functions: readonly KernelFunction[],
  list: Int32Array,
  at: number,
  count: number,
  scratch: Pointer,
  bytes: number,
) => void;

/** A module as it was compiled, and its instance in this thread. */
export interface Loaded {
  readonly compiled: WebAssembly.Module;
  readonly exports: WebAssembly.Exports;
}

/** The functions of all modules in one order, the same in each thread: that of `modules`, and in each that of its exports. */
export class Functions {
  readonly list: KernelFunction[] = [];
  /** Package, file and function. */
  readonly names: string[] = [];
  readonly modules: readonly WebAssembly.Module[];
  private readonly indices = new Map<WasmModule, ReadonlyMap<string, number>>();

  constructor(loaded: ReadonlyMap<WasmModule, Loaded>) {
    this.modules = [...loaded.values()].map(({ compiled }) => compiled);
    for (const [module, { exports }] of loaded) {
      const own = new Map<string, number>();
      for (const [name, one] of Object.entries(exports)) {
        if (typeof one !== 'function') continue;
        own.set(name, this.list.length);
        this.list.push(one as KernelFunction);
        this.names.push(`${module.name}/${name}`);
      }
      this.indices.set(module, own);
    }
  }

  indexOf({ module, name }: Kernel): number {
    return this.indices.get(module)!.get(name)!;
  }

  /** As a table, for the walk in this thread. */
  table(): WebAssembly.Table {
    const table = new WebAssembly.Table({ initial: this.list.length, element: 'anyfunc' });
    this.list.forEach((one, i) => {
      table.set(i, one);
    });
    return table;
  }
}

/** Bytes of a list with its arguments. */
export function listBytes(launches: readonly Launch[]): number {
  return launches.reduce((sum, { kernel }) => sum + ENTRY_BYTES + kernel.bytes, 0);
}

/** Writes lists of calls. */
export class Launcher {
  private readonly heap: Heap;
  private readonly functions: Functions;

  constructor(heap: Heap, functions: Functions) {
    this.heap = heap;
    this.functions = functions;
  }

  /**
   * Writes a list of `listBytes(launches)` bytes at `place`, a multiple of 8: entries, then arguments.
   *
   * @returns the places of the arguments.
   */
  write(launches: readonly Launch[], place: Pointer): Pointer[] {
    const { i32 } = this.heap;
    let args = place + ENTRY_BYTES * launches.length;
    return launches.map((launch, i) => {
      const at = (place >>> 2) + ENTRY * i;
      const own = args;
      i32[at] = this.functions.indexOf(launch.kernel);
      i32[at + 1] = launch.units;
      i32[at + 2] = own;
      this.rewrite(launch, own);
      args += launch.kernel.bytes;
      return own;
    });
  }

  /** Writes the arguments of a launch whose kernel and units stand in a list. */
  rewrite({ kernel, args }: Launch, place: Pointer): void {
    kernel.write(this.heap, place, args);
  }
}
