// What webgpu() is given.
import { finite, flag, knownOnly, OptionError, shown } from '@twilljs/tensor';
import type { Gpu } from './gpu.ts';
import type { WebGpuKernel } from './kernel.ts';
import { primitiveKernels } from './primitives.ts';

/** Kernels of ops, and which adapter is taken. */
export interface WebGpuOptions {
  /** Kernels of ops beyond the primitives: the lists that other packages export at their `./webgpu` entry. */
  kernels?: readonly WebGpuKernel[];
  /** Taken over, and destroyed with this one. Default: one of the adapter of this machine, with all that it grants. */
  device?: Gpu;
  /** Whether an adapter that is a program on the processor, such as SwiftShader, will do. Default true. */
  software?: boolean;
  /** Bytes that tensors and recordings may take at most; while a buffer grows, its old one is there too. Default: no limit but the adapter's. */
  maximumBytes?: number;
  /** Bytes of one buffer, of which there are several when one is full. Default: the most that can be bound. */
  bufferBytes?: number;
  /** Fresh memory is NaN, to find elements that a kernel forgets to write. */
  poison?: boolean;
  /** `compile` runs every step anew instead of replaying it: the slow twin. */
  eager?: boolean;
}

/** The options with their defaults, and the kernels by op. @throws OptionError for one that cannot be. */
export function checked(options: WebGpuOptions) {
  knownOnly('webgpu', options, ['kernels', 'device', 'software', 'maximumBytes', 'bufferBytes', 'poison', 'eager']);
  const { kernels = [], software = true, poison = false, eager = false } = options;
  const { maximumBytes = Number.POSITIVE_INFINITY, bufferBytes = Number.POSITIVE_INFINITY } = options;
  if (options.maximumBytes !== undefined) finite('webgpu: maximumBytes', maximumBytes, 2 ** 16);
  if (options.bufferBytes !== undefined) finite('webgpu: bufferBytes', bufferBytes, 2 ** 20);
  flag('webgpu: software', software);
  flag('webgpu: poison', poison);
  flag('webgpu: eager', eager);
  if (options.device !== undefined && !isGpu(options.device)) {
    throw new OptionError(
      `webgpu: device is ${shown(options.device)}; give a GPUDevice, as adapter.requestDevice() makes, or leave it out.`,
    );
  }
  return { table: tableOf(kernels), software, poison, eager, maximumBytes, bufferBytes };
}

const isGpu = (device: Partial<GPUDevice> | null): boolean => typeof device?.createComputePipelineAsync === 'function';

/** @throws OptionError for what is no list of kernels, and for two of one op. */
function tableOf(kernels: unknown): Map<string, WebGpuKernel> {
  const sound = (kernel: Partial<WebGpuKernel> | null) =>
    typeof kernel?.op === 'string' && typeof kernel.plan === 'function';
  if (!Array.isArray(kernels) || !kernels.every(sound)) {
    throw new OptionError(
      `webgpu: kernels is ${shown(kernels)}; give a list of { op, plan }, as packages export at their ./webgpu entry.`,
    );
  }
  const table = new Map<string, WebGpuKernel>();
  for (const kernel of [...Object.values(primitiveKernels), ...(kernels as WebGpuKernel[])]) {
    if ((table.get(kernel.op) ?? kernel) !== kernel) {
      throw new OptionError(`webgpu: two kernels for the op ${kernel.op} were given; hand in one.`);
    }
    table.set(kernel.op, kernel);
  }
  return table;
}
