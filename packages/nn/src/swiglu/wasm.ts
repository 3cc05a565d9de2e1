// WebAssembly kernels of swiglu.
import { module } from '../gen/swiglu.gen.ts';
import { pointwise } from '../rows.ts';

export const swigluKernel = /* @__PURE__ */ pointwise('swiglu', module);
export const swigluGradKernel = /* @__PURE__ */ pointwise('swigluGrad', module);
