// WebAssembly kernels of l2Norm.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/l2-norm.gen.ts';
import { rowsOf } from '../rows.ts';
import type { L2NormAttrs } from './op.ts';

export const l2NormKernel: WasmKernel<L2NormAttrs, Formulas> = {
  op: 'l2Norm',
  module,
  plan([x], { eps }, { rowUnits }) {
    const [rows, K] = rowsOf(x!.shape);
    return { launches: ([x], [y]) => [forward(rowUnits(rows), { rows, K, eps, x, y })] };
  },
};

export const l2NormGradKernel: WasmKernel<L2NormAttrs, Formulas> = {
  op: 'l2NormGrad',
  module,
  plan([, x], { eps }, { rowUnits }) {
    const [rows, K] = rowsOf(x!.shape);
    return { launches: ([dy, x], [dx]) => [backward(rowUnits(rows), { rows, K, eps, dy, x, dx })] };
  },
};
