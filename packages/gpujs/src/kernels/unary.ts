// Element-wise primitives of one argument, a line each.
import { size } from '@twilljs/tensor';
import type { GpuJsKernel } from '../kernel.ts';

/** y = f(v). */
const bodies = {
  neg: 'return -v;',
  exp: 'return Math.exp(v);',
  log: 'return Math.log(v);',
  sqrt: 'return Math.sqrt(v);',
  reciprocal: 'return 1 / v;',
  sigmoid: 'const e = Math.exp(-Math.abs(v)); if (v < 0) { return e / (1 + e); } return 1 / (1 + e);',
  tanh: 'return Math.tanh(v);',
  relu: 'return Math.max(v, 0);',
  step: 'if (v > 0) { return 1; } return 0;',
  // WebGL has no log1p: of a small e, e log(1 + e) / ((1 + e) - 1) is as exact as that division.
  softplus:
    'const e = Math.exp(-Math.abs(v)); const u = 1 + e; let rest = e; if (u > 1) { rest = e * Math.log(u) / (u - 1); } return Math.max(v, 0) + rest;',
};

type UnaryName = keyof typeof bodies;

function unary(op: UnaryName): GpuJsKernel<null> {
  const source = `function(x, from) { const v = x[this.thread.x + from]; ${bodies[op]} }`;
  return {
    op,
    run: async ([x], _, [y], call) => [await call({ name: op, source }, size(y), [x!])],
  };
}

export const unaryKernels = /* @__PURE__ */ (() =>
  Object.fromEntries((Object.keys(bodies) as UnaryName[]).map((name) => [name, unary(name)])) as Record<
    UnaryName,
    GpuJsKernel<null>
  >)();

const scaled = {
  name: 'affine',
  source: 'function(x, from, scale, shift) { return x[this.thread.x + from] * scale + shift; }',
};

export const affine: GpuJsKernel<{ scale: number; shift: number }> = {
  op: 'affine',
  run: async ([x], { scale, shift }, [y], call) => [await call(scaled, size(y), [x!, scale, shift])],
};

export const copied = { name: 'copy', source: 'function(x, from) { return x[this.thread.x + from]; }' };

/** Numbers stored in bf16 lie here as what they stand for. */
export const cast: GpuJsKernel<null> = {
  op: 'cast',
  run: async ([x], _, [y], call) => [await call(copied, size(y), [x!])],
};
