// Kernels that fill memory.
import { type Shape, size } from '@twilljs/tensor';
import { add, assign as assignOf, type Formulas, full as fullOf, module } from '../gen/fill.gen.ts';
import type { WasmKernel } from '../kernel.ts';

export const full: WasmKernel<{ shape: Shape; value: number }, Formulas> = {
  op: 'full',
  module,
  plan(_, { shape, value }, { units }) {
    const n = size(shape);
    return { launches: (_, [y]) => [fullOf(units(n), { n, value, y })] };
  },
};

export const assign: WasmKernel<{ add: boolean }, Formulas> = {
  op: 'assign',
  module,
  plan([, x], attrs, { units }) {
    const n = size(x!.shape);
    const kernel = attrs.add ? add : assignOf;
    return { launches: ([, x], [y]) => [kernel(units(n), { n, x, y })] };
  },
};
