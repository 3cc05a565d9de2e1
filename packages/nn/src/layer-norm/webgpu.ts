// WebGPU kernels of layerNorm.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { rowBlocks, totals } from '../columns.ts';
import { backward, forward } from '../gen/layer-norm.wgsl.gen.ts';
import { rowsOf } from '../rows.ts';
import { lanesAcross } from '../units.ts';
import type { LayerNormAttrs } from './op.ts';

export const layerNormKernel: WebGpuKernel<LayerNormAttrs> = {
  op: 'layerNorm',
  plan([x], { eps }) {
    const [rows, D] = rowsOf(x!.shape);
    const across = lanesAcross(D);
    return {
      launches: ([x, weight, bias], [y]) => [
        forward(Math.ceil((rows * across) / 256), { rows, D, across, eps, x, weight, bias, y }),
      ],
    };
  },
};

export const layerNormGradKernel: WebGpuKernel<LayerNormAttrs> = {
  op: 'layerNormGrad',
  plan([, x, weight, bias], { eps }) {
    const [rows, D] = rowsOf(x!.shape);
    const { block, columns, units, partials } = rowBlocks(rows, D);
    const width = (Number(weight !== null) + Number(bias !== null)) * D;
    const sizes = { rows, D, eps, block, columns, width, across: lanesAcross(D, 32) };
    return {
      shared: 4 * partials * width,
      launches: ([dy, x, weight], [dx, y, rest], sums) => [
        backward(units, { ...sizes, dy, x, weight, dx, sums }),
        ...(width > 0 ? [totals({ partials, n: width, first: D }, { sums, y, rest })] : []),
      ],
    };
  },
};
