// gpujs(): the device.
import {
  type Data,
  type Device,
  DeviceError,
  type DType,
  type Fallback,
  type Op,
  outputType,
  type Runner,
  requireReadable,
  requireWritable,
  type Spec,
  sequenceOf,
  shapesOf,
} from '@twilljs/tensor';
import type { GpuJsKernel, Operand } from './kernel.ts';
import { Memory, Place, placeOf, released } from './memory.ts';
import { checked, type GpuJsMode, type GpuJsOptions } from './options.ts';
import { openPrograms, type Programs } from './programs.ts';
import { Queue } from './queue.ts';
import { hostData, numbersOf } from './transfer.ts';

export interface GpuJsDevice extends Device {
  /** What gpu.js runs on here. */
  readonly tier: GpuJsMode;
}

/**
 * The device where there is no WebGPU: gpu.js, on WebGL 2 or WebGL, else on its own WebAssembly or plain JavaScript.
 *
 * It holds no recordings and writes nothing in place: a write is a new texture, and `compile` runs every step anew.
 *
 * @param options which of them, and kernels beyond the primitives.
 * @throws DeviceError where the mode that is asked for is not there; OptionError for an unknown option.
 * @example
 * const device = gpujs({ mode: 'webasm' });
 */
export function gpujs(options: GpuJsOptions = {}): GpuJsDevice {
  const { mode, table, poison } = checked(options);
  const { programs, tier, reason } = openPrograms(mode);
  return makeDevice({ programs, tier, reason, table, poison });
}

interface Parts {
  readonly programs: Programs;
  readonly tier: GpuJsMode;
  readonly reason: string;
  readonly table: ReadonlyMap<string, GpuJsKernel>;
  readonly poison: boolean;
}

function makeDevice({ programs, tier, reason, table, poison }: Parts): GpuJsDevice {
  const label = `gpujs (${tier})`;
  const queue = new Queue();
  let [bytes, buffers] = [0, 0];
  let isDisposed = false;
  const alive = () => {
    if (isDisposed) throw new DeviceError('gpujs: the device was disposed of; make another one with gpujs().');
    if (queue.failure) throw queue.failure;
    return queue;
  };
  return {
    name: 'gpujs',
    label,
    tier,
    float: 'f32',
    limits: { bytes: Number.POSITIVE_INFINITY, stepsAhead: 0, tokensAtOnce: 2048 },
    eager: true,
    poison,
    fallbacks: new Map<string, Fallback>(),
    sequence: sequenceOf,
    find<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A): Runner | string {
      const kernel = table.get(op.name);
      const refusal = kernel ? kernel.refuses?.(ins, attrs) : 'no kernel of gpu.js was given for it';
      if (!kernel || refusal) return refusal!;
      const shapes = op.shape(shapesOf(ins), attrs);
      const types = shapes.map((_, i) => outputType(op, i, ins, 'f32'));
      return {
        scratch: 0,
        run(sources, targets) {
          const from = sources.map((buffer) => (buffer === null ? null : placeOf(buffer)));
          const to = targets.map(placeOf);
          alive().add(async () => {
            const operands = ins.map((spec, i) => (spec ? operandOf(spec, from[i]!) : null));
            const made = await programs.within(async (call) => {
              const results = await kernel.run(operands, attrs, shapes, call);
              return Promise.all(results.map((result, i) => to[i].merged(result, shapes[i], types[i], call)));
            });
            made.forEach((numbers, i) => {
              to[i].memory.put(numbers);
            });
          });
        },
      };
    },
    allocate(size) {
      alive();
      bytes += size;
      buffers++;
      return new Place(new Memory(size));
    },
    free(buffer) {
      const { memory } = placeOf(buffer);
      bytes -= memory.bytes;
      buffers--;
      if (!isDisposed) queue.add(() => memory.put(null));
    },
    view: (buffer, byteOffset, byteLength) => placeOf(buffer).part(byteOffset, byteLength),
    write(buffer, data) {
      const place = placeOf(buffer);
      requireWritable('gpujs', place.bytes, data);
      const [numbers, dtype] = numbersOf(data);
      alive().add(async () => {
        const given = { numbers: await programs.uploaded(numbers), offset: 0, shape: [numbers.length], dtype };
        const [made] = await programs.within(async (call) => [await place.merged(given, given.shape, dtype, call)]);
        if (made !== given.numbers) released(given.numbers);
        place.memory.put(made);
      });
    },
    async read(buffer, dtype: DType, length): Promise<Data> {
      const place = placeOf(buffer);
      requireReadable('gpujs', place.bytes, dtype, length);
      alive();
      let found: Float32Array = new Float32Array(length).fill(Number.NaN);
      queue.add(async () => {
        const { numbers } = place.memory;
        if (numbers === null) return;
        const all = numbers instanceof Float32Array ? numbers : await numbers.toArray();
        found = all.slice(place.offset(dtype), place.offset(dtype) + length);
      });
      await queue.settled();
      return hostData(found, dtype);
    },
    report() {
      return { label, bytes, buffers, fallbacks: this.fallbacks, tier: { name: tier, reason } };
    },
    [Symbol.dispose]() {
      if (isDisposed) return;
      isDisposed = true;
      queue.add(() => programs.dispose());
    },
  };
}

const operandOf = ({ shape, dtype }: Spec, place: Place): Operand => ({
  ...{ shape, dtype, offset: place.offset(dtype) },
  numbers: place.memory.numbers ?? place.unwritten(dtype),
});
