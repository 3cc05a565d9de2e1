// WebGPU kernels of rmsNorm.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { normGradOf, normOf } from '../norms.ts';
import type { RmsNormAttrs } from './op.ts';

export const rmsNormKernel: WebGpuKernel<RmsNormAttrs> = {
  op: 'rmsNorm',
  plan([x], { eps }) {
    const norm = normOf(x!, { eps });
    return { launches: ([x, weight], [y]) => norm({ x, weight, y }) };
  },
};

export const rmsNormGradKernel: WebGpuKernel<RmsNormAttrs> = {
  op: 'rmsNormGrad',
  plan: ([, x, weight], { eps }) =>
    normGradOf(x!, { eps }, weight !== null, ([dy, x, weight], [dx, dweight]) => ({ dy, x, weight, dx, dweight })),
};
