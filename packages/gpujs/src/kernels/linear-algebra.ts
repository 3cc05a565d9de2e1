// Matrix product and triangular solve.
import { type SolveAttrs, size } from '@twilljs/tensor';
import type { GpuJsKernel } from '../kernel.ts';

const product = {
  name: 'matmul',
  source: `function(a, from0, b, from1, M, N, K, ai, ak, bk, bj) {
const row = Math.floor((this.thread.x + 0.5) / N);
const z = Math.floor((row + 0.5) / M);
let at = from0 + z * M * K + (row - z * M) * ai;
let bt = from1 + z * K * N + (this.thread.x - row * N) * bj;
let total = 0;
for (let k = 0; k < K; k++) {
  total = total + a[at + k * ak] * b[bt + k * bk];
}
return total; }`,
};

export const matmul: GpuJsKernel<{ transposeA: boolean; transposeB: boolean }> = {
  op: 'matmul',
  async run([a, b], { transposeA, transposeB }, [y], call) {
    const [M, N] = [y.at(-2)!, y.at(-1)!];
    const K = a!.shape.at(transposeA ? -2 : -1)!;
    const [ai, ak] = transposeA ? [1, M] : [K, 1];
    const [bk, bj] = transposeB ? [1, K] : [N, 1];
    return [await call(product, size(y), [a!, b!, M, N, K, ai, ak, bk, bj])];
  },
};

const substituted = {
  name: 'solveTril',
  source: `function(x, from0, r, from1, m, from2, C, N, row, transpose) {
const line = Math.floor((this.thread.x + 0.5) / N);
const z = Math.floor((line + 0.5) / C);
const i = line - z * C;
if (i !== row) { return x[from0 + this.thread.x]; }
const n = this.thread.x - line * N;
let value = r[from1 + this.thread.x];
for (let j = 0; j < C; j++) {
  if (transpose < 0.5) {
    if (j < i) { value = value - m[from2 + z * C * C + i * C + j] * x[from0 + (z * C + j) * N + n]; }
  } else {
    if (j > i) { value = value - m[from2 + z * C * C + j * C + i] * x[from0 + (z * C + j) * N + n]; }
  }
}
return value; }`,
};

/** Row by row, a pass each: a row needs those before it. */
export const solveTril: GpuJsKernel<SolveAttrs> = {
  op: 'solveTril',
  async run([m, r], { transpose }, [y], call) {
    const [C, N] = [y.at(-2)!, y.at(-1)!];
    if (size(y) === 0) return [r!];
    let x = r!;
    for (let step = 1; step < Math.max(C, 2); step++) {
      const row = transpose ? C - 1 - step : step;
      x = await call(substituted, size(y), [x, r!, m!, C, N, row, transpose ? 1 : 0]);
    }
    return [x];
  },
};
