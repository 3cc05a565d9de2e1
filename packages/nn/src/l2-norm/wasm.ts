// WebAssembly kernels of l2Norm.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/l2-norm.gen.ts';
import { rowsOf } from '../rows.ts';
import type { L2NormAttrs } from './op.ts';

export const l2NormKernel: WasmKernel<L2NormAttrs> = {
  op: 'l2Norm',
  module,
  plan([x], { eps }) {
    const [rows, K] = rowsOf(x!.shape);
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.forward(rows, K, eps, x, y);
      },
    };
  },
};

export const l2NormGradKernel: WasmKernel<L2NormAttrs> = {
  op: 'l2NormGrad',
  module,
  plan([, x], { eps }) {
    const [rows, K] = rowsOf(x!.shape);
    return {
      scratch: 0,
      run(exports, [dy, x], [dx]) {
        exports.backward(rows, K, eps, dy, x, dx);
      },
    };
  },
};
