// AdamW and the counter of its steps, for gpu.js.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { size } from '@twilljs/tensor';
import type { AdamWAttrs } from './op.ts';

/** What each of the three results is, by number. */
const program = {
  name: 'adamw',
  source: `function(param, from0, grad, from1, m, from2, v, from3, hyper, from4, count, from5, factor, from6, beta1, rest1, beta2, rest2, eps, decay, own, scale, hasCount, hasFactor, result) {
let row = from4;
if (hasCount > 0) { row = from4 + 3 * (count[from5] - 2 * Math.floor((count[from5] + 0.5) / 2)); }
let by = 1;
if (hasFactor > 0) { by = factor[from6]; }
const p0 = param[from0 + this.thread.x];
const m0 = m[from2 + this.thread.x];
const v0 = v[from3 + this.thread.x];
const g = grad[from1 + this.thread.x] * scale * by;
let p1 = p0;
let m1 = m0;
let v1 = v0;
if (by === by) {
  const lr = own * hyper[row];
  m1 = beta1 * m0 + rest1 * g;
  v1 = beta2 * v0 + rest2 * g * g;
  p1 = p0 * (1 - lr * decay) - (lr / hyper[row + 1] * m1) / (Math.sqrt(v1) / Math.sqrt(hyper[row + 2]) + eps);
}
if (result < 0.5) { return p1; }
if (result < 1.5) { return m1; }
return v1; }`,
};

const adamwKernel: GpuJsKernel<AdamWAttrs> = {
  op: 'adamw',
  run([param, grad, m, v, hyper, count, factor], { beta1, beta2, eps, weight_decay, lr = 1, scale = 1 }, outs, call) {
    // An operand that is absent is stood for by one that is never read.
    const operands = [param!, grad!, m!, v!, hyper!, count ?? hyper!, factor ?? hyper!];
    const numbers = [beta1, 1 - beta1, beta2, 1 - beta2, eps, weight_decay, lr, scale, count ? 1 : 0, factor ? 1 : 0];
    return Promise.all(outs.map((y, result) => call(program, size(y), [...operands, ...numbers, result])));
  },
};

const counted = {
  name: 'advance',
  source: `function(count, from0, factor, from1) {
if (factor[from1] !== factor[from1]) { return count[from0]; }
return count[from0] + 1; }`,
};

const advanceKernel: GpuJsKernel<null> = {
  op: 'advance',
  run: async ([count, factor], _, __, call) => [await call(counted, 1, [count!, factor ?? count!])],
};

export const adamwKernels: readonly GpuJsKernel[] = [adamwKernel, advanceKernel];
