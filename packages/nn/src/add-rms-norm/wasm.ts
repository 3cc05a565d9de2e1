// WebAssembly kernels of addRmsNorm.
import type { WasmKernel } from '@twilljs/wasm';
import { addBackward, addForward, type Formulas, module, total } from '../gen/rms-norm.gen.ts';
import type { RmsNormAttrs } from '../rms-norm/op.ts';
import { rowsOf } from '../rows.ts';

export const addRmsNormKernel: WasmKernel<RmsNormAttrs, Formulas> = {
  op: 'addRmsNorm',
  module,
  plan([x], { eps }, { rowUnits }) {
    const [rows, D] = rowsOf(x!.shape);
    return {
      launches: ([x, branch, weight], [sum, y]) => [
        addForward(rowUnits(rows), { rows, D, eps, x, branch, weight, sum, y }),
      ],
    };
  },
};

export const addRmsNormGradKernel: WasmKernel<RmsNormAttrs, Formulas> = {
  op: 'addRmsNormGrad',
  module,
  plan([, , sum, weight], { eps }, { rowUnits, sumsBytes, totalUnits }) {
    const [rows, D] = rowsOf(sum!.shape);
    return {
      shared: weight ? sumsBytes(rows, D) : 0,
      launches: ([dsum, dy, sum, weight], [dx, dweight], sums) => [
        addBackward(rowUnits(rows), { rows, D, eps, dsum, dy, sum, weight, dx, sums }),
        ...(weight ? [total(totalUnits(D), { blocks: rowUnits(rows), n: D, sums, out: dweight })] : []),
      ],
    };
  },
};
