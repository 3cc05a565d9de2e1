// WebAssembly kernels of rmsNorm.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module, total } from '../gen/rms-norm.gen.ts';
import { rowsOf } from '../rows.ts';
import type { RmsNormAttrs } from './op.ts';

export const rmsNormKernel: WasmKernel<RmsNormAttrs, Formulas> = {
  op: 'rmsNorm',
  module,
  plan([x], { eps }, { rowUnits }) {
    const [rows, D] = rowsOf(x!.shape);
    return { launches: ([x, weight], [y]) => [forward(rowUnits(rows), { rows, D, eps, x, weight, y })] };
  },
};

export const rmsNormGradKernel: WasmKernel<RmsNormAttrs, Formulas> = {
  op: 'rmsNormGrad',
  module,
  plan([, x, weight], { eps }, { rowUnits, sumsBytes, totalUnits }) {
    const [rows, D] = rowsOf(x!.shape);
    return {
      shared: weight ? sumsBytes(rows, D) : 0,
      launches: ([dy, x, weight], [dx, dweight], sums) => [
        backward(rowUnits(rows), { rows, D, eps, dy, x, weight, dx, sums }),
        ...(weight ? [total(totalUnits(D), { blocks: rowUnits(rows), n: D, sums, out: dweight })] : []),
      ],
    };
  },
};
