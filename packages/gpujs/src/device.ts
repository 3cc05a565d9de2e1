// gpujs(): the device.
import {
  type Data,
  type Device,
  DeviceError,
  type DType,
  type Fallback,
  type Op,
  OptionError,
  outputType,
  type Runner,
  requireReadable,
  requireWritable,
  type Shape,
  type Spec,
  sequenceOf,
  shapesOf,
  size,
} from '@twilljs/tensor';
import type { GpuJsKernel, Numbers, Operand } from './kernel.ts';
import { Memory, Place, placeOf, released } from './memory.ts';
import { checked, type GpuJsMode, type GpuJsOptions } from './options.ts';
import { MOST, openPrograms, type Programs } from './programs.ts';
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
      const refusal = kernel ? kernel.refuses?.(ins, attrs) : missing(op);
      if (!kernel || refusal) return refusal!;
      const shapes = op.shape(shapesOf(ins), attrs);
      for (const shape of [...shapesOf(ins), ...shapes]) if (shape) requireExact(op.name, shape);
      const types = shapes.map((_, i) => outputType(op, i, ins, 'f32'));
      return {
        scratch: 0,
        run(sources, targets) {
          const from = sources.map((buffer) => (buffer === null ? null : placeOf(buffer)));
          const to = targets.map(placeOf);
          alive().add(async () => {
            const operands = ins.map((spec, i) => (spec ? operandOf(spec, from[i]!) : null));
            const made = new Map<Memory, Numbers>();
            await programs.within(async (call) => {
              const results = await kernel.run(operands, attrs, shapes, call);
              if (
                results.some(({ numbers }, i) => size(shapes[i]) > 0 && operands.some((x) => x?.numbers === numbers))
              ) {
                throw new DeviceError(`gpujs: the kernel of ${op.name} gives back one of its inputs; copy it.`);
              }
              // One after the other: two of them may lie in one memory.
              for (const [i, result] of results.entries()) {
                const { memory } = to[i];
                made.set(memory, await to[i].merged(result, shapes[i], types[i], call, made.get(memory)));
              }
              return [...made.values()];
            });
            for (const [memory, numbers] of made) memory.put(numbers);
          });
        },
      };
    },
    allocate(size) {
      alive();
      requireExact('gpujs', [size / 4]);
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
      requireExact('gpujs', [data.length]);
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

/** Why there is no kernel, and what to do where the op cannot do without. */
const missing = ({ define }: Op): string =>
  define ? 'gpu.js has no kernel for it' : 'no kernel was given for it; pass it in gpujs({ kernels })';

/** @throws OptionError for a tensor, or an arena of many, of which places are not exact. */
function requireExact(where: string, shape: Shape): void {
  if (size(shape) <= MOST) return;
  throw new OptionError(
    `${where}: a tensor [${shape}] has ${size(shape)} elements, and on gpujs places are exact up to ${MOST}; use a smaller batch, or wasm.`,
  );
}

const operandOf = ({ shape, dtype }: Spec, place: Place): Operand => ({
  ...{ shape, dtype, offset: place.offset(dtype) },
  numbers: place.memory.numbers ?? place.unwritten(dtype),
});
