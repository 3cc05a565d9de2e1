// Primitives that read ids: rows by id, their gradient, and one-hot rows. An id outside is NaN for a read, and nothing for a sum.
import { size } from '@twilljs/tensor';
import type { GpuJsKernel } from '../kernel.ts';

const looked = {
  name: 'embedding',
  source: `function(weight, from0, ids, from1, N, D, nothing) {
const row = Math.floor((this.thread.x + 0.5) / D);
const id = ids[from1 + row];
if (id >= 0) { if (id < N) { return weight[from0 + id * D + this.thread.x - row * D]; } }
return nothing; }`,
};

export const embedding: GpuJsKernel<null> = {
  op: 'embedding',
  run: async ([weight, ids], _, [y], call) => [
    await call(looked, size(y), [weight!, ids!, weight!.shape[0], weight!.shape[1], Number.NaN]),
  ],
};

const scattered = {
  name: 'scatterAdd',
  source: `function(x, from0, ids, from1, D, count) {
const row = Math.floor((this.thread.x + 0.5) / D);
const d = this.thread.x - row * D;
let total = 0;
for (let i = 0; i < count; i++) {
  if (ids[from1 + i] === row) { total = total + x[from0 + i * D + d]; }
}
return total; }`,
};

/** Each row looks for its ids, in their order. */
export const scatterAdd: GpuJsKernel<{ rows: number }> = {
  op: 'scatterAdd',
  run: async ([x, ids], _, [y], call) => [await call(scattered, size(y), [x!, ids!, y[1], size(ids!.shape)])],
};

const hot = {
  name: 'oneHot',
  source: `function(ids, from, classes) {
const row = Math.floor((this.thread.x + 0.5) / classes);
if (ids[from + row] === this.thread.x - row * classes) { return 1; }
return 0; }`,
};

export const oneHot: GpuJsKernel<{ classes: number }> = {
  op: 'oneHot',
  run: async ([ids], { classes }, [y], call) => [await call(hot, size(y), [ids!, classes])],
};
