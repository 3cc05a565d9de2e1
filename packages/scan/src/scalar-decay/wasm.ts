// Kernels of scalarDecay and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/scalar-decay.gen.ts';
import { timeOf } from '../ranges.ts';
import { sizes } from '../shapes.ts';
import type { ScalarDecayAttrs, ScalarDecayGradAttrs } from './op.ts';

export const scalarDecayKernel: WasmKernel<ScalarDecayAttrs, Formulas> = {
  op: 'scalarDecay',
  module,
  plan([q, , v, g, , ranges], { scale }, formulas) {
    const { B, T, H, K, V } = sizes('scalarDecay', q!.shape, v!.shape);
    const constant = g!.shape.length === 1;
    const { n, P } = timeOf(B, T, ranges?.shape);
    return {
      own: formulas.forwardScratch(n * H, K, V),
      launches: ([q, k, v, g, h0, ranges], [y, state]) => [
        forward(formulas.forwardUnits(n * H, V), { n, P, H, K, V, constant, scale, q, k, v, g, h0, ranges, y, state }),
      ],
    };
  },
};

export const scalarDecayGradKernel: WasmKernel<ScalarDecayGradAttrs, Formulas> = {
  op: 'scalarDecayGrad',
  module,
  plan([, , q, , v, g, , ranges], { scale, gates }, formulas) {
    const { B, T, H, K, V } = sizes('scalarDecayGrad', q!.shape, v!.shape);
    const constant = g!.shape.length === 1;
    if (constant && gates) return 'it takes no gradient of decays that are the same at every token';
    const { n, P } = timeOf(B, T, ranges?.shape);
    return {
      own: formulas.backwardScratch(ranges ? P : T, K, V),
      launches: ([dy, dstate, q, k, v, g, h0, ranges], [dq, dk, dv, wanted, dh0]) => {
        const dg = gates ? wanted : 0;
        const args = { n, P, H, K, V, constant, scale, dy, dstate, q, k, v, g, h0, ranges, dq, dk, dv, dg, dh0 };
        return [backward(n * H, args)];
      },
    };
  },
};
