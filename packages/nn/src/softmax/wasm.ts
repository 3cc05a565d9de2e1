// WebAssembly kernels of softmax.
import type { WasmKernel } from '@twilljs/wasm';
import * as module from '../gen/softmax.gen.ts';
import { rowsOf } from '../rows.ts';

export const softmaxKernel: WasmKernel<null> = {
  op: 'softmax',
  module,
  plan([x]) {
    const [rows, N] = rowsOf(x!.shape);
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.softmax(rows, N, x, y);
      },
    };
  },
};

export const softmaxGradKernel: WasmKernel<null> = {
  op: 'softmaxGrad',
  module,
  plan([dy]) {
    const [rows, N] = rowsOf(dy!.shape);
    return {
      scratch: 0,
      run(exports, [dy, y], [dx]) {
        exports.softmaxGrad(rows, N, dy, y, dx);
      },
    };
  },
};
