// Kernels of vectorDecay and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/vector-decay.gen.ts';
import { sizes } from '../shapes.ts';
import type { VectorDecayAttrs } from './op.ts';

export const vectorDecayKernel: WasmKernel<VectorDecayAttrs, Formulas> = {
  op: 'vectorDecay',
  module,
  plan([q, , v], { scale }, formulas) {
    const { B, T, H, K, V } = sizes('vectorDecay', q!.shape, v!.shape);
    return {
      own: formulas.forwardScratch(K, V),
      launches: ([q, k, v, g, h0], [y, state]) => [forward(B * H, { T, H, K, V, scale, q, k, v, g, h0, y, state })],
    };
  },
};

export const vectorDecayGradKernel: WasmKernel<VectorDecayAttrs, Formulas> = {
  op: 'vectorDecayGrad',
  module,
  plan([, , q, , v], { scale }, formulas) {
    const { B, T, H, K, V } = sizes('vectorDecayGrad', q!.shape, v!.shape);
    return {
      own: formulas.backwardScratch(T, K, V),
      launches: ([dy, dstate, q, k, v, g, h0], [dq, dk, dv, dg, dh0]) => [
        backward(B * H, { T, H, K, V, scale, dy, dstate, q, k, v, g, h0, dq, dk, dv, dg, dh0 }),
      ],
    };
  },
};
