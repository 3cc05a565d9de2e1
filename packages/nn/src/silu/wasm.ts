// WebAssembly kernels of silu.
import { module } from '../gen/swiglu.gen.ts';
import { pointwise } from '../rows.ts';

export const siluKernel = /* @__PURE__ */ pointwise('silu', module);
export const siluGradKernel = /* @__PURE__ */ pointwise('siluGrad', module);
