// What runs launches: the functions of all modules on one memory, with the scratch of the worker.
import { type BoundOp, type DeviceBuffer, DeviceError, type OpSequence, type Runner } from '@twilljs/tensor';
import type { Allocator } from './allocator.ts';
import type { Heap } from './heap.ts';
import type { Plan, Pointer, WasmModule } from './kernel.ts';
import { Launcher, listBytes, type Walk } from './launches.ts';

interface WasmRunner extends Runner {
  readonly plan: Plan;
}

/** A block that is replaced by a larger one when it is too small. */
class Block {
  private readonly allocator: Allocator;
  pointer: Pointer = 0;
  bytes = 0;

  constructor(allocator: Allocator) {
    this.allocator = allocator;
  }

  /** @returns a place of at least so many bytes; what stood there before is lost when it grows. */
  atLeast(bytes: number): Pointer {
    if (bytes <= this.bytes) return this.pointer;
    if (this.bytes > 0) this.allocator.release(this.pointer);
    this.bytes = 0;
    this.pointer = this.allocator.allocate(bytes);
    this.bytes = this.allocator.capacity(this.pointer);
    return this.pointer;
  }
}

export class Machine {
  readonly heap: Heap;
  readonly allocator: Allocator;
  private readonly exportsOf: ReadonlyMap<WasmModule, WebAssembly.Exports>;
  readonly poison: boolean;
  private walk: Walk;
  private readonly launcher: Launcher;
  /** Where launches that run once are written, and the worker's scratch. */
  private readonly once: Block;
  private readonly scratch: Block;

  constructor(
    heap: Heap,
    allocator: Allocator,
    exportsOf: ReadonlyMap<WasmModule, WebAssembly.Exports>,
    { poison, walk }: { poison: boolean; walk: Walk },
  ) {
    this.heap = heap;
    this.allocator = allocator;
    this.exportsOf = exportsOf;
    this.poison = poison;
    this.walk = walk;
    this.launcher = new Launcher(heap, exportsOf);
    this.once = new Block(allocator);
    this.scratch = new Block(allocator);
  }

  /** Bytes in use, without those of this machine. */
  get bytesInUse(): number {
    return this.allocator.bytesInUse - this.once.bytes - this.scratch.bytes;
  }

  get buffers(): number {
    return this.allocator.blocks - Number(this.once.bytes > 0) - Number(this.scratch.bytes > 0);
  }

  formulas(module: WasmModule): unknown {
    return this.exportsOf.get(module);
  }

  allocate(bytes: number): Pointer {
    const pointer = this.allocator.allocate(bytes);
    if (this.poison) this.heap.bytes.fill(0xff, pointer, pointer + this.allocator.capacity(pointer));
    return pointer;
  }

  runner(plan: Plan): WasmRunner {
    return {
      plan,
      scratch: plan.shared ?? 0,
      run: (ins, outs, shared) => this.runOnce(plan, ins, outs, shared),
    };
  }

  private runOnce(
    plan: Plan,
    ins: readonly DeviceBuffer[],
    outs: readonly DeviceBuffer[],
    shared: DeviceBuffer | null,
  ): void {
    const launches = plan.launches(pointers(ins), outs as readonly Pointer[], (shared ?? 0) as Pointer);
    const place = this.once.atLeast(listBytes(launches));
    this.launcher.write(launches, place);
    this.run(place, launches.length, plan.own ?? 0);
  }

  /** @param own bytes of scratch that a worker has at least. */
  private run(place: Pointer, count: number, own: number): void {
    const scratch = this.scratch.atLeast(own);
    if (this.poison) this.heap.bytes.fill(0xff, scratch, scratch + this.scratch.bytes);
    this.walk(this.launcher.functions, this.heap.i32, place >>> 2, count, scratch, own);
  }

  /** Ops whose launches are written once and run again and again. */
  sequence(ops: readonly BoundOp[]): OpSequence {
    const planOf = ({ runner }: BoundOp) => (runner as WasmRunner).plan;
    const launchesOf = (op: BoundOp) =>
      planOf(op).launches(pointers(op.ins), op.outs as readonly Pointer[], (op.scratch ?? 0) as Pointer);
    const launches = ops.map(launchesOf);
    const own = Math.max(0, ...ops.map((op) => planOf(op).own ?? 0));
    const counts = launches.map((list) => list.length);
    const firsts: number[] = [];
    let count = 0;
    for (const n of counts) {
      firsts.push(count);
      count += n;
    }
    const all = launches.flat();
    const block = this.allocator.allocate(listBytes(all));
    const places = this.launcher.write(all, block);
    return {
      run: () => this.run(block, count, own),
      rebind: (i, op) => {
        launchesOf(op).forEach((launch, n) => {
          this.launcher.rewrite(launch, places[firsts[i] + n]);
        });
      },
      inspect: () =>
        launches.map((list) =>
          list.map(({ kernel, units }) => ({ kernel: `${kernel.module.name}/${kernel.name}`, units })),
        ),
      [Symbol.dispose]: () => this.allocator.release(block),
    };
  }

  /** From now on nothing runs: what was prepared says so. */
  dispose(): void {
    this.walk = () => {
      throw disposedError();
    };
    this.launcher.functions.length = 0;
  }
}

export function disposedError(): DeviceError {
  return new DeviceError('wasm: the device was disposed of; make another one with wasm().');
}

/** Absent inputs are 0. */
function pointers(ins: readonly (DeviceBuffer | null)[]): Pointer[] {
  return ins.map((at) => (at ?? 0) as Pointer);
}
