// What a step of Muon does before and after it makes a matrix orthogonal, for gpu.js.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { size } from '@twilljs/tensor';
import type { MomentumAttrs, MoveAttrs } from './op.ts';

const gathered = {
  name: 'muonMomentum',
  source: `function(grad, from0, m, from1, factor, from2, momentum, rest, nesterov, scale, hasFactor, result) {
let by = 1;
if (hasFactor > 0) { by = factor[from2]; }
const m0 = m[from1 + this.thread.x];
const share = rest * (grad[from0 + this.thread.x] * scale * by);
let m1 = m0;
let y = 0;
if (by === by) {
  m1 = momentum * m0 + share;
  y = m1;
  if (nesterov > 0) { y = momentum * m1 + share; }
}
if (result < 0.5) { return m1; }
return y; }`,
};

const momentumKernel: GpuJsKernel<MomentumAttrs> = {
  op: 'muonMomentum',
  run([grad, m, factor], { momentum, nesterov, scale }, outs, call) {
    const numbers = [momentum, 1 - momentum, nesterov ? 1 : 0, scale, factor ? 1 : 0];
    return Promise.all(
      outs.map((y, result) => call(gathered, size(y), [grad!, m!, factor ?? grad!, ...numbers, result])),
    );
  },
};

const moved = {
  name: 'muonMove',
  source: `function(param, from0, y, from1, hyper, from2, count, from3, factor, from4, decay, own, ratio, hasCount, hasFactor) {
let row = from2;
if (hasCount > 0) { row = from2 + 3 * (count[from3] - 2 * Math.floor((count[from3] + 0.5) / 2)); }
let by = 1;
if (hasFactor > 0) { by = factor[from4]; }
const p = param[from0 + this.thread.x];
if (by !== by) { return p; }
const lr = own * hyper[row];
return p * (1 - lr * decay) - lr * ratio * y[from1 + this.thread.x]; }`,
};

const moveKernel: GpuJsKernel<MoveAttrs> = {
  op: 'muonMove',
  async run([param, y, hyper, count, factor], { weight_decay, lr, ratio }, [out], call) {
    const numbers = [weight_decay, lr, ratio, count ? 1 : 0, factor ? 1 : 0];
    return [await call(moved, size(out), [param!, y!, hyper!, count ?? hyper!, factor ?? hyper!, ...numbers])];
  },
};

export const muonKernels: readonly GpuJsKernel[] = [momentumKernel, moveKernel];
