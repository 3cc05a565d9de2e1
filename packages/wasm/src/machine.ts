// What runs launches: the functions of all modules on one memory, with the scratch of the workers.
import {
  type Allocator,
  type BoundOp,
  type DeviceBuffer,
  DeviceError,
  type OpSequence,
  type Runner,
} from '@twilljs/tensor';
import type { Heap } from './heap.ts';
import type { Plan, Pointer } from './kernel.ts';
import { type Functions, Launcher, listBytes } from './launches.ts';

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

/** Runs a list of launches on scratch of `own` bytes for each worker, `stride` apart. */
export type RunList = (list: Pointer, count: number, scratch: Pointer, stride: number, own: number) => void;

export class Machine {
  readonly heap: Heap;
  readonly allocator: Allocator;
  readonly poison: boolean;
  private readonly workers: number;
  private runList: RunList;
  private readonly launcher: Launcher;
  /** Where launches that run once are written, and the scratch of all workers. */
  private readonly once: Block;
  private readonly scratch: Block;

  constructor(
    { heap, allocator, functions }: { heap: Heap; allocator: Allocator; functions: Functions },
    { poison, workers, runList }: { poison: boolean; workers: number; runList: RunList },
  ) {
    this.heap = heap;
    this.allocator = allocator;
    this.poison = poison;
    this.workers = workers;
    this.runList = runList;
    this.launcher = new Launcher(heap, functions);
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
    const stride = 256 * Math.ceil(own / 256);
    const scratch = this.scratch.atLeast(stride * this.workers);
    if (this.poison) this.heap.bytes.fill(0xff, scratch, scratch + this.scratch.bytes);
    this.runList(place, count, scratch, stride, own);
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
    this.runList = () => {
      throw disposedError();
    };
  }
}

export function disposedError(): DeviceError {
  return new DeviceError('wasm: the device was disposed of; make another one with wasm().');
}

/** Absent inputs are 0. */
function pointers(ins: readonly (DeviceBuffer | null)[]): Pointer[] {
  return ins.map((at) => (at ?? 0) as Pointer);
}
