// Vectors of length 1, for gpu.js.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { backward, forward } from '../norms-gpujs.ts';
import type { L2NormAttrs } from './op.ts';

const l2NormKernel: GpuJsKernel<L2NormAttrs> = {
  op: 'l2Norm',
  run: async ([x], { eps }, _, call) => [await forward({ x: x!, weight: null, eps, share: 1 }, call)],
};

const l2NormGradKernel: GpuJsKernel<L2NormAttrs> = {
  op: 'l2NormGrad',
  run: ([dy, x], { eps }, _, call) => backward(dy!, { x: x!, weight: null, eps, share: 1 }, call),
};

export const l2NormKernels: readonly GpuJsKernel[] = [l2NormKernel, l2NormGradKernel];
