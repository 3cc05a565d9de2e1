// WebAssembly kernels of logSigmoid.
import { logSigmoid, logSigmoidGrad, module } from '../gen/log-sigmoid.gen.ts';
import { pointwise } from '../rows.ts';

export const logSigmoidKernel = /* @__PURE__ */ pointwise('logSigmoid', module, (units, n, [x], [y]) =>
  logSigmoid(units, { n, x, y }),
);
export const logSigmoidGradKernel = /* @__PURE__ */ pointwise('logSigmoidGrad', module, (units, n, [dy, x], [dx]) =>
  logSigmoidGrad(units, { n, dy, x, dx }),
);
