// webgpu(): the device.
import {
  bytesPer,
  type Data,
  type Device,
  type DeviceBuffer,
  DeviceError,
  DeviceLostError,
  type DType,
  type Fallback,
  type Op,
  type Runner,
  requireReadable,
  requireWithin,
  requireWritable,
  type Spec,
  typedArray,
} from '@twilljs/tensor';
import { type Gpu, nameOf, openAdapter, openGpu } from './gpu.ts';
import { Heaps, heapOf, offsetIn } from './heaps.ts';
import type { Offers, Pointer, WebGpuKernel } from './kernel.ts';
import { runnerOf, sequenceOn } from './machine.ts';
import { checked, type WebGpuOptions } from './options.ts';
import { offered } from './products.ts';
import { Queue } from './queue.ts';
import { Timer } from './timer.ts';

/** Pipelines, which are made while the host goes on. */
export interface PipelineCount {
  readonly count: number;
  /** Milliseconds from the first request to the last that is there. */
  readonly ms: number;
}

/** The device of graphics cards. */
export interface WebGpuDevice extends Device {
  profile: NonNullable<Device['profile']>;
  readonly gpu: Gpu;
  /** The adapter, by the name that it gives itself. */
  readonly tier: string;
  readonly pipelines: PipelineCount;
  /** Submissions so far. */
  readonly submissions: number;
  /** Bytes that tensors and recordings hold now, rounded up to blocks. */
  readonly bytesInUse: number;
  /** When all pipelines that were asked for so far are made. */
  warmup(): Promise<PipelineCount>;
  /** When the card has done all that was asked of it so far. */
  synchronize(): Promise<void>;
}

/**
 * The graphics card, in browsers with WebGPU and, with the package `webgpu`, in Node.
 *
 * @param options kernels beyond the primitives, and limits.
 * @returns a device of its own, with its own memory.
 * @throws DeviceError where there is no WebGPU or no adapter; OptionError for an unknown option, and for two kernels of one op.
 * @example
 * const device = await webgpu();
 */
export async function webgpu(options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  const { table, software, poison, eager, maximumBytes, bufferBytes } = checked(options);
  const gpu = options.device ?? (await openGpu(await openAdapter(software)));
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const granted = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const queue = new Queue(gpu);
  const heaps = new Heaps({ heapBytes: Math.min(bufferBytes, granted), bytes: maximumBytes }, (heap, bytes) =>
    queue.resize(heap, bytes),
  );
  return makeDevice({ queue, heaps, table, poison, eager, bytes: maximumBytes });
}

interface Parts {
  readonly queue: Queue;
  readonly heaps: Heaps;
  readonly table: ReadonlyMap<string, WebGpuKernel>;
  readonly poison: boolean;
  readonly eager: boolean;
  readonly bytes: number;
}

function makeDevice({ queue, heaps, table, poison, eager, bytes }: Parts): WebGpuDevice {
  const { gpu } = queue;
  const adapter = nameOf(gpu.adapterInfo);
  let disposed = false;
  let isTimed = false;
  gpu.lost.then(({ reason, message }) => {
    queue.fail(
      new DeviceLostError(
        `webgpu: the device was lost (${reason}): ${message || 'no reason given'}; make another one.`,
      ),
    );
  });
  gpu.addEventListener('uncapturederror', ({ error }) => {
    queue.fail(
      new DeviceError(
        `webgpu: the adapter refused a command, nothing runs here any more; make another device. ${error.message}`,
      ),
    );
  });
  const offers: Offers = {
    ...offered,
    workgroupBytes: gpu.limits.maxComputeWorkgroupStorageSize,
    invocations: gpu.limits.maxComputeInvocationsPerWorkgroup,
  };
  const gone = () => new DeviceError('webgpu: the device was disposed of; make another one with webgpu().');
  const here = () => {
    if (disposed) throw gone();
    return queue;
  };
  const alive = () => {
    if (here().failure) throw queue.failure;
    return queue;
  };
  const settled = async () => {
    alive().flush();
    await queue.idle();
  };
  const put = (pointer: Pointer, data: Uint8Array<ArrayBuffer>) =>
    alive().write(heapOf(pointer), offsetIn(pointer), data);
  return {
    name: 'webgpu',
    label: `webgpu (${adapter})`,
    tier: adapter,
    float: 'f32',
    limits: { bytes, stepsAhead: 1, tokensAtOnce: 2048 },
    eager,
    poison,
    gpu,
    fallbacks: new Map<string, Fallback>(),
    get pipelines() {
      return queue.pipelines.counted;
    },
    get submissions() {
      return queue.submissions;
    },
    get bytesInUse() {
      return disposed ? 0 : heaps.bytesInUse;
    },
    async warmup() {
      await alive().pipelines.settled();
      return alive().pipelines.counted;
    },
    synchronize: settled,
    async profile(run) {
      if (isTimed) throw new DeviceError('webgpu: a profile is being taken; take the next one when it is there.');
      const timer = new Timer(gpu);
      isTimed = true;
      try {
        await settled();
        queue.timer = timer;
        await run();
        await settled();
        return await timer.result();
      } finally {
        queue.timer = null;
        isTimed = false;
      }
    },
    report() {
      const { label, bytesInUse, fallbacks } = this;
      const tier = { name: adapter, reason: '' };
      return { label, bytes: bytesInUse, buffers: disposed ? 0 : heaps.blocks, fallbacks, tier };
    },
    find<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A): Runner | string {
      const kernel = table.get(op.name);
      if (!kernel) return 'no kernel was given for it; pass it in webgpu({ kernels })';
      const plan = kernel.plan(ins, attrs, offers);
      return typeof plan === 'string' ? plan : runnerOf(plan, alive);
    },
    sequence: (ops) => sequenceOn(alive(), ops),
    allocate(size: number): Pointer {
      // Of a lost device too: what it held is given back by the same hands that ask for more.
      here();
      const pointer = heaps.allocate(size);
      if (poison && !queue.failure) put(pointer, new Uint8Array(heaps.capacity(pointer)).fill(0xff));
      return pointer;
    },
    free(buffer: DeviceBuffer): void {
      if (!disposed) heaps.release(buffer as Pointer);
    },
    view(buffer: DeviceBuffer, byteOffset: number, byteLength: number): Pointer {
      requireWithin('webgpu', heaps.roomAt(buffer as Pointer), byteOffset, byteLength);
      if (byteOffset % 4 !== 0) {
        throw new DeviceError(
          `webgpu: a part of a buffer was to begin at byte ${byteOffset}; begin it at a multiple of 4, or copy what is there.`,
        );
      }
      return (buffer as Pointer) + byteOffset;
    },
    write(buffer: DeviceBuffer, data: Data): void {
      requireWritable('webgpu', heaps.roomAt(buffer as Pointer), data);
      // Numbers of two bytes are written in pairs: a last one takes the place behind it along.
      const padded = new Uint8Array(4 * Math.ceil(data.byteLength / 4));
      padded.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      put(buffer as Pointer, padded);
    },
    async read(buffer: DeviceBuffer, dtype: DType, length: number): Promise<Data> {
      const pointer = buffer as Pointer;
      requireReadable('webgpu', heaps.roomAt(pointer), dtype, length);
      const size = 4 * Math.ceil((length * bytesPer[dtype]) / 4);
      return typedArray(dtype, await alive().read(heapOf(pointer), offsetIn(pointer), size), 0, length);
    },
    [Symbol.dispose](): void {
      if (disposed) return;
      disposed = true;
      queue.dispose(gone());
      gpu.destroy();
    },
  };
}
