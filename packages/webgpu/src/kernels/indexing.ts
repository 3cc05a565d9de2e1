// Kernels that read ids.
import { size } from '@twilljs/tensor';
import { gather, oneHot as oneHotOf, scatterAdd as scatterAddOf } from '../gen/indexing.wgsl.gen.ts';
import type { WebGpuKernel } from '../kernel.ts';
import { elementUnits } from '../units.ts';

export const embedding: WebGpuKernel<null> = {
  op: 'embedding',
  plan([weight, ids]) {
    const [rows, D] = weight!.shape;
    const n = size(ids!.shape);
    const bf16 = Number(weight!.dtype === 'bf16');
    return { launches: ([weight, ids], [y]) => [gather(elementUnits(n * D), { n, rows, D, bf16, weight, ids, y })] };
  },
};

export const scatterAdd: WebGpuKernel<{ rows: number }> = {
  op: 'scatterAdd',
  plan([x, ids], { rows }) {
    const n = size(ids!.shape);
    const D = x!.shape.at(-1)!;
    const units = Math.ceil(rows / 8) * Math.ceil(D / 256);
    return { launches: ([x, ids], [y]) => [scatterAddOf(units, { n, rows, D, x, ids, y })] };
  },
};

export const oneHot: WebGpuKernel<{ classes: number }> = {
  op: 'oneHot',
  plan([ids], { classes: D }) {
    const n = size(ids!.shape);
    return { launches: ([ids], [y]) => [oneHotOf(elementUnits(n * D), { n, D, ids, y })] };
  },
};
