// Lists of launches in the device's memory, and the one loop that runs them.
import type { Heap } from './heap.ts';
import type { Kernel, Launch, Pointer, WasmModule } from './kernel.ts';

/** A kernel as its module exports it: units from..to, arguments at a place, scratch of the worker. */
export type KernelFunction = (from: number, to: number, args: Pointer, scratch: Pointer) => void;

/** An entry of a list: function, units, place of the arguments, 0. */
export const ENTRY = 4;
const ENTRY_BYTES = 4 * ENTRY;

/**
 * Runs a list, launch after launch.
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

/** One worker, which does all units of every launch at once; a kernel is never asked for none. */
export const walk: Walk = (functions, list, at, count, scratch) => {
  for (let end = at + ENTRY * count; at < end; at += ENTRY) {
    const units = list[at + 1];
    if (units > 0) functions[list[at]](0, units, list[at + 2], scratch);
  }
};

/** Bytes of a list with its arguments. */
export function listBytes(launches: readonly Launch[]): number {
  return launches.reduce((sum, { kernel }) => sum + ENTRY_BYTES + kernel.bytes, 0);
}

/** The functions of all modules, and lists of calls to them. */
export class Launcher {
  readonly functions: KernelFunction[] = [];
  private readonly heap: Heap;
  private readonly exportsOf: ReadonlyMap<WasmModule, WebAssembly.Exports>;
  private readonly indices = new Map<Kernel, number>();

  constructor(heap: Heap, exportsOf: ReadonlyMap<WasmModule, WebAssembly.Exports>) {
    this.heap = heap;
    this.exportsOf = exportsOf;
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
      i32[at] = this.indexOf(launch.kernel);
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

  private indexOf(kernel: Kernel): number {
    const known = this.indices.get(kernel);
    if (known !== undefined) return known;
    const index = this.functions.length;
    this.functions.push(this.exportsOf.get(kernel.module)![kernel.name] as KernelFunction);
    this.indices.set(kernel, index);
    return index;
  }
}
