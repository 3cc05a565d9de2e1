// WebAssembly kernels of silu.
import { module, silu, siluGrad } from '../gen/swiglu.gen.ts';
import { pointwise } from '../rows.ts';

export const siluKernel = /* @__PURE__ */ pointwise('silu', module, (units, n, [x], [y]) => silu(units, { n, x, y }));
export const siluGradKernel = /* @__PURE__ */ pointwise('siluGrad', module, (units, n, [dy, x], [dx]) =>
  siluGrad(units, { n, dy, x, dx }),
);
