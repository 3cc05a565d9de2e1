// WebAssembly kernels of softmax.
import { module } from '../gen/softmax.gen.ts';
import { rowwise } from '../rows.ts';

export const softmaxKernel = /* @__PURE__ */ rowwise('softmax', module);
export const softmaxGradKernel = /* @__PURE__ */ rowwise('softmaxGrad', module);
