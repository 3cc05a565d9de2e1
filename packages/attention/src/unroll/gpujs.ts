// What a ring of rows holds in the order of positions, for gpu.js.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { size } from '@twilljs/tensor';

/** Row `r` of a result is token `at - j`: C - r before the end in the order of positions, and the one of that row in a ring. */
const program = {
  name: 'unroll',
  source: `function(x, from0, position, from1, C, row, inverse) {
const line = Math.floor((this.thread.x + 0.5) / row);
const i = Math.floor((line + 0.5) / C);
const at = position[from1 + i];
let j = C - (line - i * C);
if (inverse > 0) {
  const back = at - (line - i * C) - 1;
  j = back - C * Math.floor((back + 0.5) / C) + 1;
}
if (j > at) { return 0; }
let from = C - j;
if (inverse < 0.5) { from = at - j - C * Math.floor((at - j + 0.5) / C); }
return x[from0 + (i * C + from) * row + this.thread.x - line * row]; }`,
};

export const unrollKernel: GpuJsKernel<{ inverse: boolean }> = {
  op: 'unroll',
  run: async ([x, position], { inverse }, [y], call) => {
    const [, C, ...rest] = y;
    return [await call(program, size(y), [x!, position!, C, size(rest), inverse ? 1 : 0])];
  },
};
