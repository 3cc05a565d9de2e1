// Kernels that fill memory.
import { type Shape, size } from '@twilljs/tensor';
import { add, assign as assignOf, full as fullOf } from '../gen/fill.wgsl.gen.ts';
import type { WebGpuKernel } from '../kernel.ts';
import { elementUnits } from '../units.ts';

export const full: WebGpuKernel<{ shape: Shape; value: number }> = {
  op: 'full',
  plan(_, { shape, value }) {
    const n = size(shape);
    return { launches: (_, [y]) => [fullOf(elementUnits(n), { n, value, y })] };
  },
};

export const assign: WebGpuKernel<{ add: boolean }> = {
  op: 'assign',
  plan([, x], attrs) {
    const n = size(x!.shape);
    const units = elementUnits(n);
    return {
      launches: ([, x], [y]) => [attrs.add ? add(units, { n, x, y }) : assignOf(units, { n, x, words: y })],
    };
  },
};
