// Rows of new tokens into rings of rows, for gpu.js.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { type Shape, size } from '@twilljs/tensor';

/** Lines that find where the tokens of sequence `i` lie, `begin` to `end`, the first that is kept, and the row of its first in the ring. */
const span = `let begin = i * T;
let end = begin + T;
if (hasRanges > 0) {
  begin = Math.min(Math.max(ranges[from2 + 2 * i], 0), P);
  end = Math.min(Math.max(ranges[from2 + 2 * i + 1], begin), P);
}
const at = Math.max(position[from1 + i], 0);
const first = Math.max(begin, end - C);`;

/** What stands in a row of a ring: token `from`, or none. */
const written = `const line = Math.floor((this.thread.x + 0.5) / row);
const i = Math.floor((line + 0.5) / C);
${span}
const ahead = line - i * C - (at + first - begin);
const token = first + ahead - C * Math.floor((ahead + 0.5) / C);`;

const appended = {
  name: 'append',
  source: `function(buffer, from0, position, from1, ranges, from2, x, from3, C, T, P, row, hasRanges) {
${written}
if (token < end) { return x[from3 + token * row + this.thread.x - line * row]; }
return buffer[from0 + this.thread.x]; }`,
};

const kept = {
  name: 'append, gradient of the ring',
  source: `function(dy, from0, position, from1, ranges, from2, C, T, P, row, hasRanges) {
${written}
if (token < end) { return 0; }
return dy[from0 + this.thread.x]; }`,
};

const taken = {
  name: 'append, gradient of the tokens',
  source: `function(dy, from0, position, from1, ranges, from2, C, T, P, row, hasRanges, n) {
const p = Math.floor((this.thread.x + 0.5) / row);
let found = -1;
for (let i = 0; i < n; i++) {
  ${span}
  if (p >= first) { if (p < end) {
    const place = at + p - begin;
    found = i * C + place - C * Math.floor((place + 0.5) / C);
  } }
}
if (found < 0) { return 0; }
return dy[from0 + found * row + this.thread.x - p * row]; }`,
};

/** C, T, P and the length of a row, of rings [n,C,...] and tokens [B,T,...]. */
const sizes = ([, C, ...rest]: Shape, B: number, T: number) => [C, T, B * T, size(rest)];

const appendKernel: GpuJsKernel<null> = {
  op: 'append',
  run: async ([buffer, x, position, ranges], _, [y], call) => {
    const [B, T] = x!.shape;
    const numbers = [...sizes(y, B, T), ranges ? 1 : 0];
    return [await call(appended, size(y), [buffer!, position!, ranges ?? position!, x!, ...numbers])];
  },
};

const appendGradKernel: GpuJsKernel<{ B: number; T: number }> = {
  op: 'appendGrad',
  run: ([dy, position, ranges], { B, T }, [dbuffer, dx], call) => {
    const given = [dy!, position!, ranges ?? position!, ...sizes(dbuffer, B, T), ranges ? 1 : 0];
    return Promise.all([call(kept, size(dbuffer), given), call(taken, size(dx), [...given, dbuffer[0]])]);
  },
};

export const appendKernels: readonly GpuJsKernel[] = [appendKernel, appendGradKernel];
