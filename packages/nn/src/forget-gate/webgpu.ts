// WebGPU kernels of forgetGate.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { rowBlocks, totals } from '../columns.ts';
import { backward, boundedBackward, forward } from '../gen/forget-gate.wgsl.gen.ts';
import { rowsOf } from '../rows.ts';
import { elementUnits } from '../units.ts';

export const forgetGateKernel: WebGpuKernel<null> = {
  op: 'forgetGate',
  plan([f]) {
    const [rows, D] = rowsOf(f!.shape);
    const n = rows * D;
    return {
      launches: ([f, odds], [log, complement]) => [forward(elementUnits(n), { n, D, f, odds, log, complement })],
    };
  },
};

export const forgetGateGradKernel: WebGpuKernel<null> = {
  op: 'forgetGateGrad',
  plan([, , f, odds]) {
    const [rows, D] = rowsOf(f!.shape);
    const n = rows * D;
    if (!odds) {
      return {
        launches: ([dlog, dcomplement, f], [df]) => [backward(elementUnits(n), { n, dlog, dcomplement, f, df })],
      };
    }
    const { block, columns, units, partials } = rowBlocks(rows, D);
    return {
      shared: 4 * partials * D,
      launches: ([dlog, dcomplement, f, odds], [df, dodds], sums) => [
        boundedBackward(units, { rows, D, block, columns, dlog, dcomplement, f, odds, df, sums }),
        totals({ partials, n: D }, { sums, y: dodds }),
      ],
    };
  },
};
