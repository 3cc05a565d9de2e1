// The device's memory as the host sees it: views that are made anew when it grows, which happens here alone.

import { DeviceError, pageBytes } from '@twilljs/tensor';

/** @throws DeviceError where the machine, or a limit such as `ulimit -v`, has no address space for it: V8 takes 10 GB for any memory. */
export function newMemory(maximumPages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true });
  } catch (cause) {
    throw new DeviceError(
      `wasm: there is no address space for a memory of ${maximumPages * pageBytes} bytes; lower maximumBytes, or raise the limit of the process (ulimit -v), which must allow 10 GB and more for any memory.`,
      { cause },
    );
  }
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  bytes!: Uint8Array;
  i32!: Int32Array;
  f32!: Float32Array;
  f64!: Float64Array;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.look();
  }

  get pages(): number {
    return this.bytes.length / pageBytes;
  }

  /** @throws RangeError where the machine has no more. */
  grow(pages: number): void {
    this.memory.grow(pages);
    this.look();
  }

  /** A memory that grows has another buffer, and asking for it costs more than a small write. */
  private look(): void {
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}
