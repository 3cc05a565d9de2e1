// Element-wise kernels of one argument.
import { size } from '@twilljs/tensor';
import * as launches from '../gen/unary.gen.ts';
import type { Launch, Pointer, WasmKernel } from '../kernel.ts';

const { module } = launches;
type Formulas = launches.Formulas;
type Constructor = (units: number, args: { n: number; x: Pointer; y: Pointer }) => Launch;

function unary(op: string, launch: Constructor): WasmKernel<null, Formulas> {
  return {
    op,
    module,
    plan([x], _, { units }) {
      const n = size(x!.shape);
      return { launches: ([x], [y]) => [launch(units(n), { n, x, y })] };
    },
  };
}

export const unaryKernels = /* @__PURE__ */ (() => ({
  neg: unary('neg', launches.neg),
  exp: unary('exp', launches.exp),
  log: unary('log', launches.log),
  sqrt: unary('sqrt', launches.sqrt),
  reciprocal: unary('reciprocal', launches.reciprocal),
  sigmoid: unary('sigmoid', launches.sigmoid),
  tanh: unary('tanh', launches.tanh),
  relu: unary('relu', launches.relu),
  step: unary('step', launches.step),
  softplus: unary('softplus', launches.softplus),
}))();

export const cast: WasmKernel<null, Formulas> = /* @__PURE__ */ unary('cast', launches.cast);

export const affine: WasmKernel<{ scale: number; shift: number }, Formulas> = {
  op: 'affine',
  module,
  plan([x], { scale, shift }, { units }) {
    const n = size(x!.shape);
    return { launches: ([x], [y]) => [launches.affine(units(n), { n, scale, shift, x, y })] };
  },
};
