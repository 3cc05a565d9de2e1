// Element-wise kernels of one argument.
import { size } from '@twilljs/tensor';
import { map, widen } from '../gen/unary.wgsl.gen.ts';
import type { WebGpuKernel } from '../kernel.ts';
import { elementUnits } from '../units.ts';

/** @param code of the function in the WGSL file. */
function unary(op: string, code: number): WebGpuKernel<null> {
  return {
    op,
    plan([x]) {
      const n = size(x!.shape);
      return { launches: ([x], [y]) => [map(elementUnits(n), { n, op: code, scale: 1, shift: 0, x, y })] };
    },
  };
}

export const unaryKernels = /* @__PURE__ */ (() => ({
  neg: unary('neg', 0),
  exp: unary('exp', 1),
  log: unary('log', 2),
  sqrt: unary('sqrt', 3),
  reciprocal: unary('reciprocal', 4),
  sigmoid: unary('sigmoid', 5),
  tanh: unary('tanh', 6),
  relu: unary('relu', 7),
  step: unary('step', 8),
  softplus: unary('softplus', 9),
}))();

export const affine: WebGpuKernel<{ scale: number; shift: number }> = {
  op: 'affine',
  plan([x], { scale, shift }) {
    const n = size(x!.shape);
    return { launches: ([x], [y]) => [map(elementUnits(n), { n, op: 10, scale, shift, x, y })] };
  },
};

export const cast: WebGpuKernel<null> = {
  op: 'cast',
  plan([x]) {
    const n = size(x!.shape);
    return { launches: ([x], [y]) => [widen(elementUnits(n), { n, pairs: x, words: y })] };
  },
};
