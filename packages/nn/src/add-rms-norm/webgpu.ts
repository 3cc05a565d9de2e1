// WebGPU kernels of addRmsNorm.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { normGradOf, normOf } from '../norms.ts';
import type { RmsNormAttrs } from '../rms-norm/op.ts';

export const addRmsNormKernel: WebGpuKernel<RmsNormAttrs> = {
  op: 'addRmsNorm',
  plan([x], { eps }) {
    const norm = normOf(x!, { eps });
    return { launches: ([x, branch, weight], [sum, y]) => norm({ x, branch, weight, sum, y }) };
  },
};

export const addRmsNormGradKernel: WebGpuKernel<RmsNormAttrs> = {
  op: 'addRmsNormGrad',
  plan: ([, , sum, weight], { eps }) =>
    normGradOf(sum!, { eps }, weight !== null, ([dsum, dy, sum, weight], [dx, dweight]) => ({
      ...{ dsum, dy, x: sum, weight, dx, dweight },
    })),
};
