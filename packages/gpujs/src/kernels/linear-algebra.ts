// Matrix product and triangular solve.
import { type SolveAttrs, size } from '@twilljs/tensor';
import type { GpuJsKernel } from '../kernel.ts';

/** Four at a time: half of the time is in the places. */
const product = {
  name: 'matmul',
  source: `function(a, from0, b, from1, M, N, K, ai, ak, bk, bj) {
const row = Math.floor((this.thread.x + 0.5) / N);
const z = Math.floor((row + 0.5) / M);
let at = from0 + z * M * K + (row - z * M) * ai;
let bt = from1 + z * K * N + (this.thread.x - row * N) * bj;
let total = 0;
const whole = Math.floor((K + 0.5) / 4);
for (let k = 0; k < whole; k++) {
  total = total + a[at] * b[bt] + a[at + ak] * b[bt + bk] + a[at + 2 * ak] * b[bt + 2 * bk] + a[at + 3 * ak] * b[bt + 3 * bk];
  at = at + 4 * ak;
  bt = bt + 4 * bk;
}
for (let k = 4 * whole; k < K; k++) {
  total = total + a[at] * b[bt];
  at = at + ak;
  bt = bt + bk;
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

/** Rows of a solution that one pass finds: each of its elements goes through those before it in its block once more. */
const BLOCK = 8;

/** Row `k` of the block, counted from the end with `transpose`, from rows that are done and those of the block before it. */
const rowOf = (k: number) => `const i${k} = first + turn * ${k};
let x${k} = 0;
if (own >= ${k}) {
  x${k} = r[from1 + (z * C + i${k}) * N + n];
  for (let j = 0; j < done; j++) {
    let p = j;
    if (turn < 0) { p = C - 1 - j; }
    let factor = m[from2 + z * C * C + i${k} * C + p];
    if (turn < 0) { factor = m[from2 + z * C * C + p * C + i${k}]; }
    x${k} = x${k} - factor * x[from0 + (z * C + p) * N + n];
  }
  ${Array.from({ length: k }, (_, j) => `x${k} = x${k} - m[from2 + z * C * C + i${k} * across + i${j} * down] * x${j};`).join('\n  ')}
  result = x${k};
}`;

const substituted = {
  name: 'solveTril',
  source: `function(x, from0, r, from1, m, from2, C, N, done, turn, across, down) {
const line = Math.floor((this.thread.x + 0.5) / N);
const z = Math.floor((line + 0.5) / C);
const n = this.thread.x - line * N;
let first = done;
let own = line - z * C - done;
if (turn < 0) { first = C - 1 - done; own = first - (line - z * C); }
let result = x[from0 + this.thread.x];
if (own >= 0) { if (own < ${BLOCK}) {
${Array.from({ length: BLOCK }, (_, k) => rowOf(k)).join('\n')}
} }
return result; }`,
};

/** In blocks of rows, a pass each: a row needs those before it. */
export const solveTril: GpuJsKernel<SolveAttrs> = {
  op: 'solveTril',
  async run([m, r], { transpose }, [y], call) {
    const [C, N] = [y.at(-2)!, y.at(-1)!];
    let x = r!;
    for (let done = 0; done < Math.max(C, 1); done += BLOCK) {
      const [turn, across, down] = transpose ? [-1, 1, C] : [1, C, 1];
      x = await call(substituted, size(y), [x, r!, m!, C, N, done, turn, across, down]);
    }
    return [x];
  },
};
