// Kernels of scalarDelta and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/scalar-delta.gen.ts';
import { sizes } from '../shapes.ts';
import type { ScalarDeltaAttrs } from './op.ts';

export const scalarDeltaKernel: WasmKernel<ScalarDeltaAttrs, Formulas> = {
  op: 'scalarDelta',
  module,
  plan([q, , v], { scale }, formulas) {
    const { B, T, H, HV, K, V } = sizes('scalarDelta', q!.shape, v!.shape);
    return {
      own: formulas.forwardScratch(K, V),
      launches: ([q, k, v, g, beta, h0], [y, state]) => [
        forward(B * HV, { T, H, HV, K, V, scale, q, k, v, g, beta, h0, y, state }),
      ],
    };
  },
};

export const scalarDeltaGradKernel: WasmKernel<ScalarDeltaAttrs, Formulas> = {
  op: 'scalarDeltaGrad',
  module,
  plan([, , q, , v], { scale }, formulas) {
    const { B, T, H, HV, K, V } = sizes('scalarDeltaGrad', q!.shape, v!.shape);
    return {
      own: formulas.backwardScratch(T, K, V),
      launches: ([dy, dstate, q, k, v, g, beta, h0], [dq, dk, dv, dg, dbeta, dh0]) => [
        backward(B * H, { T, H, HV, K, V, scale, dy, dstate, q, k, v, g, beta, h0, dq, dk, dv, dg, dbeta, dh0 }),
      ],
    };
  },
};
