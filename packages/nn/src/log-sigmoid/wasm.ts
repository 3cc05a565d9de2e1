// WebAssembly kernels of logSigmoid, which are those of a forget gate without its complement.
import { logSigmoid, logSigmoidGrad, module } from '../gen/forget-gate.gen.ts';
import { pointwise } from '../rows.ts';

export const logSigmoidKernel = /* @__PURE__ */ pointwise('logSigmoid', module, (units, n, [x], [y]) =>
  logSigmoid(units, { n, x, y }),
);
export const logSigmoidGradKernel = /* @__PURE__ */ pointwise('logSigmoidGrad', module, (units, n, [dy, x], [dx]) =>
  logSigmoidGrad(units, { n, dy, x, dx }),
);
