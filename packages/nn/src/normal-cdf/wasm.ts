// WebAssembly kernels of normalCdf.
import { module } from '../gen/normal-cdf.gen.ts';
import { pointwise } from '../rows.ts';

export const normalCdfKernel = /* @__PURE__ */ pointwise('normalCdf', module);
export const normalCdfGradKernel = /* @__PURE__ */ pointwise('normalCdfGrad', module);
