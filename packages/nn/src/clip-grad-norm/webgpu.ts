// The WebGPU kernel of clipGradNorm.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { finish, squares } from '../gen/clip-grad-norm.wgsl.gen.ts';
import type { ClipAttrs } from './op.ts';

export const clipGradNormKernel: WebGpuKernel<ClipAttrs> = {
  op: 'clipGradNorm',
  plan([grad, blocks], { maxNorm: limit, scale }) {
    const n = size(grad!.shape);
    const [count] = blocks!.shape;
    return {
      shared: 8 * count,
      launches([grad, blocks, loss], [norm, factor], sums) {
        const exponents = sums + 4 * count;
        return [
          squares(count, { n, grad, blocks, sums, exponents }),
          finish(1, { count, scale, limit, sums, exponents, loss, norm, factor }),
        ];
      },
    };
  },
};
