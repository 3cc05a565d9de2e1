// WebAssembly kernels of l2Norms.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/l2-norm.gen.ts';
import type { L2NormAttrs } from '../l2-norm/op.ts';
import { rowsOf } from '../rows.ts';

export const l2NormsKernel: WasmKernel<L2NormAttrs, Formulas> = {
  op: 'l2Norms',
  module,
  plan(specs, { eps }, { rowUnits }) {
    const sizes = specs.map((x) => rowsOf(x!.shape));
    return {
      launches: (ins, outs) =>
        sizes.map(([rows, K], i) => forward(rowUnits(rows), { rows, K, eps, x: ins[i], y: outs[i] })),
    };
  },
};

export const l2NormsGradKernel: WasmKernel<L2NormAttrs, Formulas> = {
  op: 'l2NormsGrad',
  module,
  plan([, , ...specs], { eps }, { rowUnits }) {
    const sizes = specs.map((x) => rowsOf(x!.shape));
    return {
      launches: (ins, outs) =>
        sizes.map(([rows, K], i) => backward(rowUnits(rows), { rows, K, eps, dy: ins[i], x: ins[2 + i], dx: outs[i] })),
    };
  },
};
