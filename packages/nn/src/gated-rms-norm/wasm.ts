// WebAssembly kernels of gatedRmsNorm.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/gated-rms-norm.gen.ts';
import { rowsOf, sumsBytes } from '../rows.ts';
import type { GatedRmsNormAttrs } from './op.ts';

export const gatedRmsNormKernel: WasmKernel<GatedRmsNormAttrs> = {
  op: 'gatedRmsNorm',
  module,
  plan([x], { eps, activation }) {
    const [rows, D] = rowsOf(x!.shape);
    const silu = +(activation === 'silu');
    return {
      scratch: 0,
      run(exports, [x, gate, weight], [y]) {
        exports.forward(rows, D, eps, silu, x, gate, weight, y);
      },
    };
  },
};

export const gatedRmsNormGradKernel: WasmKernel<GatedRmsNormAttrs> = {
  op: 'gatedRmsNormGrad',
  module,
  plan([, x, , weight], { eps, activation }) {
    const [rows, D] = rowsOf(x!.shape);
    const silu = +(activation === 'silu');
    return {
      scratch: weight ? sumsBytes(D) : 0,
      run(exports, [dy, x, gate, weight], [dx, dgate, dweight = 0], sums) {
        exports.backward(rows, D, eps, silu, dy, x, gate, weight, dx, dgate, dweight, sums);
      },
    };
  },
};
