// WebAssembly kernels of rmsNorm.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/rms-norm.gen.ts';
import { rowsOf, sumsBytes } from '../rows.ts';
import type { RmsNormAttrs } from './op.ts';

export const rmsNormKernel: WasmKernel<RmsNormAttrs> = {
  op: 'rmsNorm',
  module,
  plan([x], { eps }) {
    const [rows, D] = rowsOf(x!.shape);
    return {
      scratch: 0,
      run(exports, [x, weight], [y]) {
        exports.forward(rows, D, eps, x, weight, y);
      },
    };
  },
};

export const rmsNormGradKernel: WasmKernel<RmsNormAttrs> = {
  op: 'rmsNormGrad',
  module,
  plan([, x, weight], { eps }) {
    const [rows, D] = rowsOf(x!.shape);
    return {
      scratch: weight ? sumsBytes(D) : 0,
      run(exports, [dy, x, weight], [dx, dweight = 0], sums) {
        exports.backward(rows, D, eps, dy, x, weight, dx, dweight, sums);
      },
    };
  },
};
