// Sums, maxima, running sums and places of the largest: each element of a result goes through its part of the source.
import { around, reductionsOf, type Shape, size } from '@twilljs/tensor';
import type { GpuJsKernel, Operand } from '../kernel.ts';

/** `begin` is handed in: gpu.js writes Infinity as the largest finite number in WebGL. */
const over = (each: string) => `function(x, from, n, inner, begin) {
const outer = Math.floor((this.thread.x + 0.5) / inner);
const first = from + outer * n * inner + this.thread.x - outer * inner;
let total = begin;
for (let i = 0; i < n; i++) { const v = x[first + i * inner]; ${each} }
return total; }`;

const programs = {
  sum: { begin: 0, program: { name: 'sum', source: over('total = total + v;') } },
  max: { begin: -Infinity, program: { name: 'max', source: over('total = Math.max(total, v);') } },
};

export function reduce(op: 'sum' | 'max'): GpuJsKernel<{ to: Shape }> {
  return {
    op,
    async run([x], { to }, _, call) {
      const { begin, program } = programs[op];
      let y = x as Operand;
      for (const { outer, n, inner } of reductionsOf(x!.shape, to)) {
        y = await call(program, outer * inner, [y, n, inner, begin]);
      }
      return [y];
    },
  };
}

const largest = {
  name: 'argmax',
  source: `function(x, from, N, infinity) {
let best = -1;
let most = -infinity;
let isBroken = 0;
for (let i = 0; i < N; i++) {
  const v = x[from + this.thread.x * N + i];
  let isNumber = 0;
  if (v >= 0) { isNumber = 1; }
  if (v <= 0) { isNumber = 1; }
  if (isNumber < 1) { isBroken = 1; }
  if (v > most) { best = i; most = v; }
}
if (most >= infinity) { isBroken = 1; }
if (isBroken > 0) { return -1; }
return best; }`,
};

export const argmax: GpuJsKernel<null> = {
  op: 'argmax',
  run: async ([x], _, [y], call) => [await call(largest, size(y), [x!, x!.shape.at(-1)!, Number.POSITIVE_INFINITY])],
};

const running = {
  name: 'cumsum',
  source: `function(x, from, n, inner, isReverse) {
const row = Math.floor((this.thread.x + 0.5) / inner);
const at = row - Math.floor((row + 0.5) / n) * n;
let count = at + 1;
let first = from + this.thread.x - at * inner;
let step = inner;
if (isReverse > 0) { count = n - at; first = from + this.thread.x + (n - 1 - at) * inner; step = -inner; }
let total = 0;
for (let i = 0; i < count; i++) { total = total + x[first + i * step]; }
return total; }`,
};

export const cumsum: GpuJsKernel<{ axis: number; reverse: boolean }> = {
  op: 'cumsum',
  async run([x], { axis, reverse }, [y], call) {
    const [, n, inner] = around(y, axis);
    return [await call(running, size(y), [x!, n, inner, reverse ? 1 : 0])];
  },
};
