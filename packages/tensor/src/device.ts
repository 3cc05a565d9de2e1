// What a device is: memory, and runners for ops.
import type { Op } from './op.ts';
import type { Data, DType, Spec } from './shape.ts';

/** Memory on a device, opaque to everyone else: a typed array, a pointer, a GPUBuffer with an offset. */
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

export interface Device {
  /** `cpu`, `cpu-f64`, `meta`, `wasm`, ... */
  readonly name: string;
  /** The type of every number on this device. */
  readonly float: 'f32' | 'f64';
  /** A runner for this op, these inputs and attributes, or the reason there is none. Cheap and without effect. */
  find<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A): Runner | string;
  /** Uninitialised memory, 256-byte aligned where the machine has addresses. @throws DeviceError naming bytes when there is none. */
  allocate(bytes: number): DeviceBuffer;
  free(buffer: DeviceBuffer): void;
  /** A part of a buffer; it is never freed itself. */
  view(buffer: DeviceBuffer, byteOffset: number, byteLength: number): DeviceBuffer;
  write(buffer: DeviceBuffer, data: Data): void;
  /** A copy on the host. The only way back, and the only place where a device makes anyone wait. */
  read(buffer: DeviceBuffer, dtype: DType, length: number): Promise<Data>;
  /** Op name -> definition instead of kernel; `twill doctor` prints it. */
  readonly fallbacks: Map<string, Fallback>;
}
