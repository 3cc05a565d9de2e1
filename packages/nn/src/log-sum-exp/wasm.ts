// The WebAssembly kernel of logSumExp; its gradient is a softmax.
import type { WasmKernel } from '@twilljs/wasm';
import * as module from '../gen/softmax.gen.ts';
import { rowsOf } from '../rows.ts';

export const logSumExpKernel: WasmKernel<null> = {
  op: 'logSumExp',
  module,
  plan([x]) {
    const [rows, N] = rowsOf(x!.shape);
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.logSumExp(rows, N, x, y);
      },
    };
  },
};
