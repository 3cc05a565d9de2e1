// The sigmoid linear unit, for gpu.js.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { size } from '@twilljs/tensor';

/** `s`, the sigmoid of `v`. */
const sigmoid = `const e = Math.exp(-Math.abs(v));
let s = 1 / (1 + e);
if (v < 0) { s = e / (1 + e); }`;

const forward = {
  name: 'silu',
  source: `function(x, from) {
const v = x[from + this.thread.x];
${sigmoid}
return v * s; }`,
};

const siluKernel: GpuJsKernel<null> = {
  op: 'silu',
  run: async ([x], _, [y], call) => [await call(forward, size(y), [x!])],
};

const backward = {
  name: 'siluGrad',
  source: `function(dy, from0, x, from1) {
const v = x[from1 + this.thread.x];
${sigmoid}
return dy[from0 + this.thread.x] * s * (1 + v * (1 - s)); }`,
};

const siluGradKernel: GpuJsKernel<null> = {
  op: 'siluGrad',
  run: async ([dy, x], _, [dx], call) => [await call(backward, size(dx), [dy!, x!])],
};

export const siluKernels: readonly GpuJsKernel[] = [siluKernel, siluGradKernel];
