// What gpujs() is given.
import { flag, knownOnly, OptionError, oneOf, shown } from '@twilljs/tensor';
import type { GpuJsKernel } from './kernel.ts';
import { primitiveKernels } from './primitives.ts';

/** What gpu.js runs on. */
export type GpuJsMode = 'webgl2' | 'webgl' | 'webasm' | 'cpu';

/** Kernels of ops, and what gpu.js runs on. */
export interface GpuJsOptions {
  /** Kernels of ops beyond the primitives. */
  kernels?: readonly GpuJsKernel[];
  /** What gpu.js runs on. Default `auto`: the first of these that is there. */
  mode?: 'auto' | GpuJsMode;
  /** Fresh memory is NaN, to find elements that a kernel forgets to write. */
  poison?: boolean;
}

/** @throws OptionError for one that cannot be. */
export function checked(options: GpuJsOptions) {
  knownOnly('gpujs', options, ['kernels', 'mode', 'poison']);
  const { kernels = [], mode = 'auto', poison = false } = options;
  oneOf('gpujs: mode', mode, ['auto', 'webgl2', 'webgl', 'webasm', 'cpu']);
  flag('gpujs: poison', poison);
  return { mode, poison, table: tableOf(kernels) };
}

/** @throws OptionError for what is no list of kernels, and for two of one op. */
function tableOf(kernels: unknown): Map<string, GpuJsKernel> {
  const isKernel = (one: Partial<GpuJsKernel> | null) => typeof one?.op === 'string' && typeof one.run === 'function';
  if (!Array.isArray(kernels) || !kernels.every(isKernel)) {
    throw new OptionError(`gpujs: kernels is ${shown(kernels)}; give a list of { op, run }.`);
  }
  const table = new Map<string, GpuJsKernel>();
  for (const kernel of [...Object.values(primitiveKernels), ...(kernels as GpuJsKernel[])]) {
    if (table.has(kernel.op))
      throw new OptionError(`gpujs: two kernels for the op ${kernel.op} were given; hand in one.`);
    table.set(kernel.op, kernel);
  }
  return table;
}
