// WebAssembly kernels of swiglu.
import { module, swiglu, swigluGrad } from '../gen/swiglu.gen.ts';
import { pointwise } from '../rows.ts';

export const swigluKernel = /* @__PURE__ */ pointwise('swiglu', module, (units, n, [gate, up], [y]) =>
  swiglu(units, { n, gate, up, y }),
);
export const swigluGradKernel = /* @__PURE__ */ pointwise(
  'swigluGrad',
  module,
  (units, n, [dy, gate, up], [dgate, dup]) => swigluGrad(units, { n, dy, gate, up, dgate, dup, y: 0 }),
);
