// Kernels of vectorDelta and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/vector-delta.gen.ts';
import { sizes } from '../shapes.ts';
import type { VectorDeltaAttrs } from './op.ts';

export const vectorDeltaKernel: WasmKernel<VectorDeltaAttrs, Formulas> = {
  op: 'vectorDelta',
  module,
  plan([q, , v], { scale }, formulas) {
    const { B, T, H, HV, K, V } = sizes('vectorDelta', q!.shape, v!.shape);
    return {
      own: formulas.forwardScratch(K, V),
      launches: ([q, k, v, g, beta, h0], [y, state]) => [
        forward(B * HV, { T, H, HV, K, V, scale, q, k, v, g, beta, h0, y, state }),
      ],
    };
  },
};

export const vectorDeltaGradKernel: WasmKernel<VectorDeltaAttrs, Formulas> = {
  op: 'vectorDeltaGrad',
  module,
  plan([, , q, , v], { scale }, formulas) {
    const { B, T, H, HV, K, V } = sizes('vectorDeltaGrad', q!.shape, v!.shape);
    return {
      own: formulas.backwardScratch(T, K, V),
      launches: ([dy, dstate, q, k, v, g, beta, h0], [dq, dk, dv, dg, dbeta, dh0]) => [
        backward(B * H, { T, H, HV, K, V, scale, dy, dstate, q, k, v, g, beta, h0, dq, dk, dv, dg, dbeta, dh0 }),
      ],
    };
  },
};
