// Sequences to rows of their own and back, for gpu.js.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { size } from '@twilljs/tensor';

/** Lines that find `begin` and `count` of sequence `i`, of at most `most` of `P` positions. */
const spanOf = `const begin = Math.min(Math.max(ranges[from1 + 2 * i], 0), P);
const count = Math.min(Math.max(ranges[from1 + 2 * i + 1] - begin, 0), Math.min(P - begin, most));`;

const padded = {
  name: 'padSequences',
  source: `function(x, from0, ranges, from1, P, most, row) {
const line = Math.floor((this.thread.x + 0.5) / row);
const i = Math.floor((line + 0.5) / most);
const at = line - i * most;
${spanOf}
if (at < count) { return x[from0 + (begin + at) * row + this.thread.x - line * row]; }
return 0; }`,
};

const padKernel: GpuJsKernel<{ length: number }> = {
  op: 'padSequences',
  run: async ([x, ranges], { length }, [y], call) => {
    const [B, T, ...rest] = x!.shape;
    return [await call(padded, size(y), [x!, ranges!, B * T, length, size(rest)])];
  },
};

const packed = {
  name: 'packSequences',
  source: `function(x, from0, ranges, from1, P, most, row, n) {
const p = Math.floor((this.thread.x + 0.5) / row);
const c = this.thread.x - p * row;
let found = -1;
for (let i = 0; i < n; i++) {
  ${spanOf}
  if (p >= begin) { if (p < begin + count) { found = i * most + p - begin; } }
}
if (found < 0) { return 0; }
return x[from0 + found * row + c]; }`,
};

const packKernel: GpuJsKernel<{ B: number; T: number }> = {
  op: 'packSequences',
  run: async ([x, ranges], { B, T }, [y], call) => {
    const [n, L, ...rest] = x!.shape;
    return [await call(packed, size(y), [x!, ranges!, B * T, L, size(rest), n])];
  },
};

export const sequenceKernels: readonly GpuJsKernel[] = [padKernel, packKernel];
