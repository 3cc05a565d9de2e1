// The arguments of launches, as the adapter reads them.
import { DeviceError } from '@twilljs/tensor';
import { grainOf, recordWords } from './compose.ts';
import { offsetIn } from './heaps.ts';
import type { Launch } from './kernel.ts';

/** Bytes of a record of arguments, which is also how offsets of uniforms are aligned everywhere. */
export const recordBytes = 256;

/** Records of arguments on the host. */
export class Records {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;

  constructor(count: number) {
    this.bytes = new Uint8Array(count * recordBytes);
    this.u32 = new Uint32Array(this.bytes.buffer);
    this.i32 = new Int32Array(this.bytes.buffer);
    this.f32 = new Float32Array(this.bytes.buffer);
  }

  /** Writes the arguments of a launch at a record. */
  write(at: number, { kernel, units, args }: Launch): void {
    const { module } = kernel;
    const values = args as Record<string, number>;
    let word = (at * recordBytes) / 4;
    if (4 * recordWords(module) > recordBytes) {
      throw new DeviceError(`webgpu: ${module.name} has more arguments than ${recordBytes / 4}; give it fewer.`);
    }
    for (const [name, type] of module.args) {
      const value =
        name === 'units' ? units : name.startsWith('has_') ? Number(values[name.slice(4)] > 0) : values[name];
      const view = type === 'f32' ? this.f32 : type === 'i32' ? this.i32 : this.u32;
      view[word++] = value ?? 0;
    }
    for (const [name, type] of module.operands) {
      const at = offsetIn(values[name] ?? 0) / grainOf(module, type);
      if (!Number.isInteger(at))
        throw new DeviceError(`webgpu: ${name} of ${module.name} is not aligned; copy it first.`);
      this.u32[word++] = at;
    }
  }
}

/** Records of arguments on the adapter. */
export class Uniforms {
  private readonly gpu: GPUDevice;
  private readonly buffer: GPUBuffer;
  readonly group: GPUBindGroup;
  /** Of each record. */
  readonly offsets: Uint32Array;

  constructor(gpu: GPUDevice, layout: GPUBindGroupLayout, count: number) {
    this.gpu = gpu;
    this.buffer = gpu.createBuffer({ size: count * recordBytes, usage: 0x48 }); // UNIFORM, COPY_DST
    this.offsets = Uint32Array.from({ length: count }, (_, i) => i * recordBytes);
    this.group = this.gpu.createBindGroup({
      layout,
      entries: [{ binding: 0, resource: { buffer: this.buffer, size: recordBytes } }],
    });
  }

  /** From a record on. */
  write(at: number, records: Uint8Array<ArrayBuffer>): void {
    this.gpu.queue.writeBuffer(this.buffer, at * recordBytes, records);
  }

  destroy(): void {
    this.buffer.destroy();
  }
}
