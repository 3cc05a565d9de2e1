// The WebAssembly kernel of logSumExp; its gradient is a softmax.
import type { WasmKernel } from '@twilljs/wasm';
import { type Formulas, logSumExp, module } from '../gen/softmax.gen.ts';
import { rowsOf } from '../rows.ts';

export const logSumExpKernel: WasmKernel<null, Formulas> = {
  op: 'logSumExp',
  module,
  plan([x], _, { rowUnits, unkeptBytes }) {
    const [rows, N] = rowsOf(x!.shape);
    return { own: unkeptBytes(), launches: ([x], [y]) => [logSumExp(rowUnits(rows), { rows, N, x, y })] };
  },
};
