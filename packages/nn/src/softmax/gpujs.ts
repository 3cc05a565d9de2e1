// Softmax and the logarithm of its denominator, for gpu.js: rows are looked through first, a number each.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { size } from '@twilljs/tensor';

/** The largest entry of a row, at least the lowest finite number; `sum` of exponentials beside it. */
const begin = `let largest = lowest;
let isBroken = 0;
for (let i = 0; i < N; i++) {
  const v = x[from + this.thread.x * N + i];
  if (v > largest) { largest = v; }
  if (v !== v) { isBroken = 1; }
}
if (isBroken > 0) { largest = nothing; }`;

const LOWEST = -3.4028234663852886e38;

const most = {
  name: 'largest of rows',
  source: `function(x, from, N, lowest, nothing) {
${begin}
return largest; }`,
};

const total = {
  name: 'sum of exponentials',
  source: `function(x, from0, largest, from1, N) {
let sum = 0;
for (let i = 0; i < N; i++) { sum = sum + Math.exp(x[from0 + this.thread.x * N + i] - largest[from1 + this.thread.x]); }
if (sum < 1) { return 1; }
return sum; }`,
};

const shares = {
  name: 'softmax',
  source: `function(x, from0, largest, from1, sum, from2, N) {
const row = Math.floor((this.thread.x + 0.5) / N);
return Math.exp(x[from0 + this.thread.x] - largest[from1 + row]) / sum[from2 + row]; }`,
};

const softmaxKernel: GpuJsKernel<null> = {
  op: 'softmax',
  async run([x], _, [y], call) {
    const N = y.at(-1)!;
    const rows = size(y.slice(0, -1));
    const largest = await call(most, rows, [x!, N, LOWEST, Number.NaN]);
    const sum = await call(total, rows, [x!, largest, N]);
    return [await call(shares, size(y), [x!, largest, sum, N])];
  },
};

const along = {
  name: 'gradient of softmax along its row',
  source: `function(dy, from0, y, from1, N) {
let total = 0;
for (let i = 0; i < N; i++) { const at = this.thread.x * N + i; total = total + dy[from0 + at] * y[from1 + at]; }
return total; }`,
};

const back = {
  name: 'softmaxGrad',
  source: `function(dy, from0, y, from1, dot, from2, N) {
const row = Math.floor((this.thread.x + 0.5) / N);
return y[from1 + this.thread.x] * (dy[from0 + this.thread.x] - dot[from2 + row]); }`,
};

const softmaxGradKernel: GpuJsKernel<null> = {
  op: 'softmaxGrad',
  async run([dy, y], _, [dx], call) {
    const N = dx.at(-1)!;
    const dot = await call(along, size(dx.slice(0, -1)), [dy!, y!, N]);
    return [await call(back, size(dx), [dy!, y!, dot, N])];
  },
};

export const softmaxKernels: readonly GpuJsKernel[] = [softmaxKernel, softmaxGradKernel];
