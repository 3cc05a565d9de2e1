// WebGPU kernels of silu, which are those of swiglu without a second branch.
import { elementwise } from '../elements.ts';
import { backward, forward } from '../gen/swiglu.wgsl.gen.ts';

export const siluKernel = /* @__PURE__ */ elementwise('silu', (units, n, [gate], [y]) =>
  forward(units, { n, gate, up: 0, y }),
);
export const siluGradKernel = /* @__PURE__ */ elementwise('siluGrad', (units, n, [dy, gate], [dgate]) =>
  backward(units, { n, dy, gate, up: 0, dgate, dup: 0, y: 0 }),
);
