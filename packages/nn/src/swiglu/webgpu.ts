// WebGPU kernels of swiglu.
import { elementwise } from '../elements.ts';
import { backward, forward } from '../gen/swiglu.wgsl.gen.ts';

export const swigluKernel = /* @__PURE__ */ elementwise('swiglu', (units, n, [gate, up], [y]) =>
  forward(units, { n, gate, up, y }),
);
export const swigluGradKernel = /* @__PURE__ */ elementwise('swigluGrad', (units, n, [dy, gate, up], [dgate, dup]) =>
  backward(units, { n, dy, gate, up, dgate, dup, y: 0 }),
);
