// WebGPU kernels of logSigmoid, which are those of a forget gate without its complement.
import { elementwise } from '../elements.ts';
import { backward, forward } from '../gen/forget-gate.wgsl.gen.ts';

export const logSigmoidKernel = /* @__PURE__ */ elementwise('logSigmoid', (units, n, [f], [log]) =>
  forward(units, { n, D: n, f, odds: 0, log, complement: 0 }),
);
export const logSigmoidGradKernel = /* @__PURE__ */ elementwise('logSigmoidGrad', (units, n, [dlog, f], [df]) =>
  backward(units, { n, dlog, dcomplement: 0, f, df }),
);
