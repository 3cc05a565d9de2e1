// WebGPU kernels of l2Norm.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { normGradOf, normOf } from '../norms.ts';
import type { L2NormAttrs } from './op.ts';

export const l2NormKernel: WebGpuKernel<L2NormAttrs> = {
  op: 'l2Norm',
  plan([x], { eps }) {
    const norm = normOf(x!, { eps, over: 1 });
    return { launches: ([x], [y]) => norm({ x, y }) };
  },
};

export const l2NormGradKernel: WebGpuKernel<L2NormAttrs> = {
  op: 'l2NormGrad',
  plan: ([, x], { eps }) => normGradOf(x!, { eps, over: 1 }, false, ([dy, x], [dx]) => ({ dy, x, dx })),
};
