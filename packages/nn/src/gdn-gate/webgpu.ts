// WebGPU kernels of gdnGate.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { rowBlocks, totals } from '../columns.ts';
import { backward, forward } from '../gen/gdn-gate.wgsl.gen.ts';
import { rowsOf } from '../rows.ts';
import { elementUnits } from '../units.ts';
import type { GdnGateAttrs } from './op.ts';

export const gdnGateKernel: WebGpuKernel<GdnGateAttrs> = {
  op: 'gdnGate',
  plan([a], { scale }) {
    const [rows, H] = rowsOf(a!.shape);
    const n = rows * H;
    return {
      launches: ([a, A_log, dt_bias, b], [g, beta]) => [
        forward(elementUnits(n), { n, H, scale, a, A_log, dt_bias, b, g, beta }),
      ],
    };
  },
};

export const gdnGateGradKernel: WebGpuKernel<GdnGateAttrs> = {
  op: 'gdnGateGrad',
  plan([, , a], { scale }) {
    const [rows, H] = rowsOf(a!.shape);
    const { block, columns, units, partials } = rowBlocks(rows, H);
    return {
      shared: 4 * partials * 2 * H,
      launches: ([dg, dbeta, a, A_log, dt_bias, b], [da, dA, ddt, db], sums) => [
        backward(units, { rows, H, block, columns, scale, dg, dbeta, a, A_log, dt_bias, b, da, db, sums }),
        totals({ partials, n: 2 * H, first: H }, { sums, y: dA, rest: ddt }),
      ],
    };
  },
};
