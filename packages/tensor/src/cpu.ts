// The reference device: plain loops over typed arrays, in f32 or f64.
import type { Device, DeviceBuffer, Fallback } from './device.ts';
import { requireReadable, requireWithin, requireWritable } from './device-memory.ts';
import { OptionError, OutOfMemoryError } from './errors.ts';
import { outputType } from './op.ts';
import { flag, knownOnly, oneOf, shown, whole } from './options.ts';
import { sequenceOf } from './sequence.ts';
import { type Data, type Spec, shapesOf, size, typedArray } from './shape.ts';

function bytesOf(buffer: DeviceBuffer): Uint8Array {
  if (buffer instanceof Uint8Array) return buffer;
  throw new OptionError(`cpu: the buffer is ${shown(buffer)}; give one that the device allocated.`);
}

/** A buffer as elements of a spec. */
function view(buffer: DeviceBuffer, { dtype, shape }: Spec): Data {
  const bytes = bytesOf(buffer);
  return typedArray(dtype, bytes.buffer, bytes.byteOffset, size(shape));
}

function make(float: 'f32' | 'f64', poison: boolean, eager: boolean): Device {
  const name = float === 'f32' ? 'cpu' : 'cpu-f64';
  let bytes = 0;
  let buffers = 0;
  return {
    name,
    label: name,
    float,
    limits: { bytes: Number.POSITIVE_INFINITY, stepsAhead: 0, tokensAtOnce: 64 },
    eager,
    poison,
    sequence: sequenceOf,
    fallbacks: new Map<string, Fallback>(),
    find(op, ins, attrs) {
      const loop = op.cpu;
      if (!loop) return 'the reference runs it by its definition';
      const shapes = op.shape(shapesOf(ins), attrs);
      return {
        scratch: 0,
        run(inBuffers, outBuffers) {
          const sources = ins.map((spec, i) => (spec ? { data: view(inBuffers[i], spec), shape: spec.shape } : null));
          const targets = shapes.map((shape, i) => ({
            data: view(outBuffers[i], { shape, dtype: outputType(op, i, ins, float) }),
            shape,
          }));
          loop.call(op, sources as never, targets, attrs);
        },
      };
    },
    allocate(size) {
      whole(`${this.name}: the size of a buffer`, size, 0);
      try {
        const buffer = new Uint8Array(size);
        bytes += size;
        buffers++;
        return poison ? buffer.fill(0xff) : buffer;
      } catch {
        throw new OutOfMemoryError(`${this.name}: ${size} bytes could not be allocated; use a smaller batch or model.`);
      }
    },
    free(buffer) {
      bytes -= bytesOf(buffer).length;
      buffers--;
    },
    report() {
      return { label: name, bytes, buffers, fallbacks: this.fallbacks };
    },
    [Symbol.dispose]() {},
    view(buffer, byteOffset, byteLength) {
      requireWithin(this.name, bytesOf(buffer).length, byteOffset, byteLength);
      return bytesOf(buffer).subarray(byteOffset, byteOffset + byteLength);
    },
    write(buffer, data) {
      requireWritable(this.name, bytesOf(buffer).length, data);
      bytesOf(buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    },
    async read(buffer, dtype, length) {
      requireReadable(this.name, bytesOf(buffer).length, dtype, length);
      return view(buffer, { dtype, shape: [length] }).slice();
    },
  };
}

const shared: Partial<Record<'f32' | 'f64', Device>> = {};

/** In which numbers the reference device computes, and how it helps tests. */
export interface CpuOptions {
  /** f64 is the reference for gradient checks and parity. Default f32. */
  float?: 'f32' | 'f64';
  /** A device of its own whose fresh memory is NaN, to find elements that an op forgets to write. */
  poison?: boolean;
  /** A device of its own on which `compile` runs every step anew instead of replaying it. */
  eager?: boolean;
}

/**
 * The reference device: slow, clear, always there. Calls with the same type return the same device.
 *
 * @throws OptionError for an unknown option or type.
 */
export function cpu(options: CpuOptions = {}): Device {
  knownOnly('cpu', options, ['float', 'poison', 'eager']);
  const { float = 'f32', poison = false, eager = false } = options;
  oneOf('cpu: float', float, ['f32', 'f64']);
  flag('cpu: poison', poison);
  flag('cpu: eager', eager);
  if (poison || eager) return make(float, poison, eager);
  shared[float] ??= make(float, false, false);
  return shared[float];
}
