// WebAssembly kernels of swigluLinear: those of swiglu and linears.
import { size } from '@twilljs/tensor';
import type { Plan, WasmKernel } from '@twilljs/wasm';
import { type Formulas, module } from '../gen/linears.gen.ts';
import { swiglu, swigluGrad } from '../gen/swiglu.gen.ts';
import { linearsGradKernel, linearsKernel } from '../linear/wasm.ts';
import { aligned } from '../rows.ts';
import type { SwigluLinearGradAttrs } from './op.ts';

export const swigluLinearKernel: WasmKernel<null, Formulas> = {
  op: 'swigluLinear',
  module,
  plan([gate, , weight], _, formulas) {
    const n = size(gate!.shape);
    const product = linearsKernel.plan([gate, weight], null, formulas) as Plan;
    const bytes = aligned(4 * n);
    return {
      shared: bytes + (product.shared ?? 0),
      own: product.own ?? 0,
      launches: ([gate, up, weight], [y], between) => [
        swiglu(formulas.elementUnits(n), { n, gate, up, y: between }),
        ...product.launches([between, weight], [y], between + bytes),
      ],
    };
  },
};

export const swigluLinearGradKernel: WasmKernel<SwigluLinearGradAttrs, Formulas> = {
  op: 'swigluLinearGrad',
  module,
  plan([dy, gate, , weight], attrs, formulas) {
    const n = size(gate!.shape);
    const planOf = (needs: readonly boolean[]) =>
      linearsGradKernel.plan([gate, dy, weight], { needs }, formulas) as Plan;
    const input = planOf([true, false]);
    const ofWeight = attrs.weight ? planOf([false, true]) : null;
    const bytes = aligned(4 * n);
    return {
      shared: bytes * (ofWeight ? 2 : 1) + Math.max(input.shared ?? 0, ofWeight?.shared ?? 0),
      own: Math.max(input.own ?? 0, ofWeight?.own ?? 0),
      launches([dy, gate, up, weight], [dgate, dup, dweight], shared) {
        const [between, rest] = ofWeight ? [shared + bytes, shared + 2 * bytes] : [0, shared + bytes];
        return [
          ...input.launches([0, dy, weight], [shared], rest),
          swigluGrad(formulas.elementUnits(n), { n, dy: shared, gate, up, dgate, dup, y: between }),
          ...(ofWeight?.launches([between, dy, weight], [dweight], rest) ?? []),
        ];
      },
    };
  },
};
