// The root-mean-square norm, for gpu.js.
import type { GpuJsKernel, Operand } from '@twilljs/gpujs';
import { backward, forward, type Norm } from '../norms-gpujs.ts';
import type { RmsNormAttrs } from './op.ts';

const normOf = (x: Operand, weight: Operand | null, { eps }: RmsNormAttrs): Norm => ({
  ...{ x, weight, eps },
  share: 1 / x.shape.at(-1)!,
});

const rmsNormKernel: GpuJsKernel<RmsNormAttrs> = {
  op: 'rmsNorm',
  run: async ([x, weight], attrs, _, call) => [await forward(normOf(x!, weight, attrs), call)],
};

const rmsNormGradKernel: GpuJsKernel<RmsNormAttrs> = {
  op: 'rmsNormGrad',
  run: ([dy, x, weight], attrs, _, call) => backward(dy!, normOf(x!, weight, attrs), call),
};

export const rmsNormKernels: readonly GpuJsKernel[] = [rmsNormKernel, rmsNormGradKernel];
