// WebAssembly kernels of gatedRmsNorm.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module, total } from '../gen/gated-rms-norm.gen.ts';
import { rowsOf } from '../rows.ts';
import type { GatedRmsNormAttrs } from './op.ts';

export const gatedRmsNormKernel: WasmKernel<GatedRmsNormAttrs, Formulas> = {
  op: 'gatedRmsNorm',
  module,
  plan([x], { eps, activation }, { rowUnits }) {
    const [rows, D] = rowsOf(x!.shape);
    const silu = activation === 'silu';
    return {
      launches: ([x, gate, weight], [y]) => [forward(rowUnits(rows), { rows, D, eps, silu, x, gate, weight, y })],
    };
  },
};

export const gatedRmsNormGradKernel: WasmKernel<GatedRmsNormAttrs, Formulas> = {
  op: 'gatedRmsNormGrad',
  module,
  plan([, x, , weight], { eps, activation }, { rowUnits, sumsBytes, totalUnits }) {
    const [rows, D] = rowsOf(x!.shape);
    const silu = activation === 'silu';
    return {
      shared: weight ? sumsBytes(rows, D) : 0,
      launches: ([dy, x, gate, weight], [dx, dgate, dweight], sums) => [
        backward(rowUnits(rows), { rows, D, eps, silu, dy, x, gate, weight, dx, dgate, sums }),
        ...(weight ? [total(totalUnits(D), { blocks: rowUnits(rows), n: D, sums, out: dweight })] : []),
      ],
    };
  },
};
