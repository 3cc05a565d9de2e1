// Element-wise kernels of one argument.
import { size } from '@twilljs/tensor';
import {
  affine as affineOf,
  exp,
  type Formulas,
  log,
  module,
  neg,
  reciprocal,
  relu,
  sigmoid,
  softplus,
  sqrt,
  step,
  tanh,
} from '../gen/unary.gen.ts';
import type { Launch, Pointer, WasmKernel } from '../kernel.ts';

/** The module's kernel of the op's name. */
function unary(
  op: string,
  kernel: (units: number, args: { n: number; x: Pointer; y: Pointer }) => Launch,
): WasmKernel<null, Formulas> {
  return {
    op,
    module,
    plan([x], _, { units }) {
      const n = size(x!.shape);
      return { launches: ([x], [y]) => [kernel(units(n), { n, x, y })] };
    },
  };
}

export const unaryKernels = /* @__PURE__ */ (() => ({
  neg: unary('neg', neg),
  exp: unary('exp', exp),
  log: unary('log', log),
  sqrt: unary('sqrt', sqrt),
  reciprocal: unary('reciprocal', reciprocal),
  sigmoid: unary('sigmoid', sigmoid),
  tanh: unary('tanh', tanh),
  relu: unary('relu', relu),
  step: unary('step', step),
  softplus: unary('softplus', softplus),
}))();

export const affine: WasmKernel<{ scale: number; shift: number }, Formulas> = {
  op: 'affine',
  module,
  plan([x], { scale, shift }, { units }) {
    const n = size(x!.shape);
    return { launches: ([x], [y]) => [affineOf(units(n), { n, x, y, scale, shift })] };
  },
};
