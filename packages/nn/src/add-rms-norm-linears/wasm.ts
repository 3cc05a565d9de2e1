// The WebAssembly kernel of addRmsNormLinears: those of addRmsNorm and linears.
import type { Plan, WasmKernel } from '@twilljs/wasm';
import { type Formulas, module } from '../gen/linears.gen.ts';
import { addForward } from '../gen/rms-norm.gen.ts';
import { linearsKernel } from '../linear/wasm.ts';
import type { RmsNormAttrs } from '../rms-norm/op.ts';
import { aligned, rowsOf } from '../rows.ts';

export const addRmsNormLinearsKernel: WasmKernel<RmsNormAttrs, Formulas> = {
  op: 'addRmsNormLinears',
  module,
  plan([x, , , ...weights], { eps }, formulas) {
    const [rows, D] = rowsOf(x!.shape);
    const products = linearsKernel.plan([x, ...weights], null, formulas) as Plan;
    const bytes = aligned(4 * rows * D);
    return {
      shared: bytes + (products.shared ?? 0),
      own: products.own ?? 0,
      launches: ([x, branch, weight, ...weights], [sum, ...ys], y) => [
        addForward(formulas.rowUnits(rows), { rows, D, eps, x, branch, weight, sum, y }),
        ...products.launches([y, ...weights], ys, y + bytes),
      ],
    };
  },
};
