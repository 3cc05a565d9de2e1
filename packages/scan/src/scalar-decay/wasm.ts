// Kernels of scalarDecay and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/scalar-decay.gen.ts';
import { sizes } from '../shapes.ts';
import type { ScalarDecayAttrs, ScalarDecayGradAttrs } from './op.ts';

export const scalarDecayKernel: WasmKernel<ScalarDecayAttrs, Formulas> = {
  op: 'scalarDecay',
  module,
  plan([q, , v, g], { scale }, formulas) {
    const { B, T, H, K, V } = sizes('scalarDecay', q!.shape, v!.shape);
    const constant = g!.shape.length === 1;
    return {
      own: formulas.forwardScratch(K, V),
      launches: ([q, k, v, g, h0], [y, state]) => [
        forward(B * H, { T, H, K, V, constant, scale, q, k, v, g, h0, y, state }),
      ],
    };
  },
};

export const scalarDecayGradKernel: WasmKernel<ScalarDecayGradAttrs, Formulas> = {
  op: 'scalarDecayGrad',
  module,
  plan([, , q, , v, g], { scale, gates }, formulas) {
    const { B, T, H, K, V } = sizes('scalarDecayGrad', q!.shape, v!.shape);
    const constant = g!.shape.length === 1;
    if (constant && gates) return 'it takes no gradient of decays that are the same at every token';
    return {
      own: formulas.backwardScratch(T, K, V),
      launches: ([dy, dstate, q, k, v, g, h0], [dq, dk, dv, wanted, dh0]) => {
        const dg = gates ? wanted : 0;
        return [backward(B * H, { T, H, K, V, constant, scale, dy, dstate, q, k, v, g, h0, dq, dk, dv, dg, dh0 })];
      },
    };
  },
};
