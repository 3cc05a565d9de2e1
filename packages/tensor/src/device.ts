// What a device is: memory, and runners for ops.
import type { Op } from './op.ts';
import type { Data, DType, Spec } from './shape.ts';

/** Memory on a device, opaque to everyone else: a typed array, or a pointer. */
export type DeviceBuffer = unknown;

/** One op, ready to run for given shapes. It never allocates: outputs and scratch are handed in. */
export interface Runner {
  /** Bytes of scratch memory wanted. */
  readonly scratch: number;
  /** Enqueues the work. `ins` has null where an optional input is absent; scratch is null when `scratch` is 0. */
  run(ins: readonly (DeviceBuffer | null)[], outs: readonly DeviceBuffer[], scratch: DeviceBuffer | null): void;
}

/** How often an op ran by its definition because the device had no kernel for it. */
export interface Fallback {
  readonly reason: string;
  count: number;
}

/** A runner with the buffers that it works on. */
export interface BoundOp {
  readonly runner: Runner;
  readonly ins: readonly (DeviceBuffer | null)[];
  readonly outs: readonly DeviceBuffer[];
  readonly scratch: DeviceBuffer | null;
}

/** What a device runs for one op: one phase after the other. */
export interface KernelLaunch {
  /** Package, file and function. */
  readonly kernel: string;
  /** Pieces of work that may be shared out among workers. */
  readonly units: number;
}

/** Ops that were prepared to run again and again, in order. */
export interface OpSequence {
  run(): void;
  /** From now on op `i` works on other buffers. The runner is the same. */
  rebind(i: number, op: BoundOp): void;
  /** What runs, per op. */
  inspect(): readonly (readonly KernelLaunch[])[];
  [Symbol.dispose](): void;
}

/** How long a kernel took, all its launches together. */
export interface KernelTime {
  /** Package, file and function. */
  readonly kernel: string;
  readonly launches: number;
  readonly ms: number;
}

/** What a device holds, and what it runs by definition for want of a kernel. */
export interface DeviceReport {
  readonly label: string;
  /** Bytes of buffers that are allocated now. */
  readonly bytes: number;
  readonly buffers: number;
  /** Op name -> how often its definition ran instead of a kernel, and why. */
  readonly fallbacks: ReadonlyMap<string, Fallback>;
  /** Of a device that can have several: how many there are, and why there is one only. */
  readonly threads?: { readonly count: number; readonly reason: string };
  /** Of a device with several builds or adapters: which one runs, and why no faster one does. */
  readonly tier?: { readonly name: string; readonly reason: string };
  /** Where a device was chosen among several: why this one. */
  readonly choice?: string;
}

/** Where tensors lie and ops run: memory, and a runner for each op. */
export interface Device {
  /** `cpu`, `cpu-f64`, `meta`, `wasm`, ... */
  readonly name: string;
  /** The name, and what else distinguishes it: `wasm (relaxed, 2 threads)`. */
  readonly label: string;
  /** The type of every number on this device. */
  readonly float: 'f32' | 'f64';
  readonly limits: {
    /** That buffers may take up, together. */
    readonly bytes: number;
    /** Training steps that may be queued before the results of an earlier one are read: 0 where work is done when it is asked for. */
    readonly stepsAhead: 0 | 1;
    /** Tokens of several sequences in one forward: enough to keep it busy. Few on the reference, to which each sequence is as long as all. */
    readonly tokensAtOnce: number;
  };
  /** Recorded steps are run anew each time: the slow twin of `compile`. */
  readonly eager: boolean;
  /** Fresh memory is NaN, to find what is read before it is written. */
  readonly poison: boolean;
  /** A runner for this op, these inputs and attributes, or the reason there is none. Cheap and without effect. */
  find<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A): Runner | string;
  /** Ops as one unit of work, for `compile`. Their runners are this device's own. */
  sequence(ops: readonly BoundOp[]): OpSequence;
  /** Uninitialised memory, 256-byte aligned where the machine has addresses. @throws OutOfMemoryError naming bytes when there is none. */
  allocate(bytes: number): DeviceBuffer;
  free(buffer: DeviceBuffer): void;
  /** A part of a buffer; it is never freed itself. */
  view(buffer: DeviceBuffer, byteOffset: number, byteLength: number): DeviceBuffer;
  write(buffer: DeviceBuffer, data: Data): void;
  /** A copy on the host. The only way back, and the only place where a device makes anyone wait. */
  read(buffer: DeviceBuffer, dtype: DType, length: number): Promise<Data>;
  /** Op name -> definition instead of kernel; `twill doctor` prints it. */
  readonly fallbacks: Map<string, Fallback>;
  /** What it holds and what it did. */
  report(): DeviceReport;
  /**
   * Of a device with a clock of its own: how long each kernel takes while `run` is done and read, the longest first. Each launch is timed
   * apart, so that the sum is more than the time without.
   *
   * @throws DeviceError where the clock is missing.
   */
  profile?(run: () => unknown): Promise<readonly KernelTime[]>;
  /** Gives everything back. Tensors on it cannot be used any more; a device that all share (`cpu()`, `meta()`) stays. */
  [Symbol.dispose](): void;
}

/** The name of a device in a message that has the other one's before: two of one name are told apart. */
export const nameBeside = (other: Device, { name }: Device): string => (name === other.name ? `another ${name}` : name);

// For programs whose `lib` has no `Symbol.dispose`, which declarations of what holds memory name. TypeScript's own
// `esnext.disposable` has the same words, so that the two merge, and `using` works where it is in `lib`.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}
