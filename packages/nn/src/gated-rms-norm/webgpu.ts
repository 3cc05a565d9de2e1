// WebGPU kernels of gatedRmsNorm.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { normGradOf, normOf } from '../norms.ts';
import type { GatedRmsNormAttrs } from './op.ts';

export const gatedRmsNormKernel: WebGpuKernel<GatedRmsNormAttrs> = {
  op: 'gatedRmsNorm',
  plan([x], { eps, activation }) {
    const norm = normOf(x!, { eps, silu: activation === 'silu' });
    return { launches: ([x, gate, weight], [y]) => norm({ x, gate, weight, y }) };
  },
};

export const gatedRmsNormGradKernel: WebGpuKernel<GatedRmsNormAttrs> = {
  op: 'gatedRmsNormGrad',
  plan: ([, x, , weight], { eps, activation }) =>
    normGradOf(
      x!,
      { eps, silu: activation === 'silu' },
      weight !== null,
      ([dy, x, gate, weight], [dx, dgate, dweight]) => ({ dy, x, gate, weight, dx, dgate, dweight }),
    ),
};
