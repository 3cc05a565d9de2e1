// Kernels of vectorDecay and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/vector-decay.gen.ts';
import { timeOf } from '../ranges.ts';
import { sizes } from '../shapes.ts';
import type { VectorDecayAttrs } from './op.ts';

export const vectorDecayKernel: WasmKernel<VectorDecayAttrs, Formulas> = {
  op: 'vectorDecay',
  module,
  plan([q, , v, , , ranges], { scale }, formulas) {
    const { B, T, H, K, V } = sizes('vectorDecay', q!.shape, v!.shape);
    const { n, P } = timeOf(B, T, ranges?.shape);
    return {
      own: formulas.forwardScratch(n * H, K, V),
      launches: ([q, k, v, g, h0, ranges], [y, state]) => [
        forward(formulas.forwardUnits(n * H, V), { n, P, H, K, V, scale, q, k, v, g, h0, ranges, y, state }),
      ],
    };
  },
};

export const vectorDecayGradKernel: WasmKernel<VectorDecayAttrs, Formulas> = {
  op: 'vectorDecayGrad',
  module,
  plan([, , q, , v, , , ranges], { scale }, formulas) {
    const { B, T, H, K, V } = sizes('vectorDecayGrad', q!.shape, v!.shape);
    const { n, P } = timeOf(B, T, ranges?.shape);
    return {
      own: formulas.backwardScratch(ranges ? P : T, K, V),
      launches: ([dy, dstate, q, k, v, g, h0, ranges], [dq, dk, dv, dg, dh0]) => [
        backward(n * H, { n, P, H, K, V, scale, dy, dstate, q, k, v, g, h0, ranges, dq, dk, dv, dg, dh0 }),
      ],
    };
  },
};
