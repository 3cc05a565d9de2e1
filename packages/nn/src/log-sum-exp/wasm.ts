// The WebAssembly kernel of logSumExp; its gradient is a softmax.
import { logSumExp, module } from '../gen/softmax.gen.ts';
import { rowwise } from '../rows.ts';

export const logSumExpKernel = /* @__PURE__ */ rowwise('logSumExp', module, (units, sizes, [x], [y]) =>
  logSumExp(units, { ...sizes, x, y }),
);
