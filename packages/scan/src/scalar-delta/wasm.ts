// Kernels of scalarDelta and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/scalar-delta.gen.ts';
import { timeOf } from '../ranges.ts';
import { sizes } from '../shapes.ts';
import type { ScalarDeltaAttrs } from './op.ts';

export const scalarDeltaKernel: WasmKernel<ScalarDeltaAttrs, Formulas> = {
  op: 'scalarDelta',
  module,
  plan([q, , v, , , , ranges], { scale }, formulas) {
    const { B, T, H, HV, K, V } = sizes('scalarDelta', q!.shape, v!.shape);
    const { n, P } = timeOf(B, T, ranges?.shape);
    return {
      own: formulas.forwardScratch(n * HV, K, V),
      launches: ([q, k, v, g, beta, h0, ranges], [y, state]) => [
        forward(formulas.forwardUnits(n * HV, V), { n, P, H, HV, K, V, scale, q, k, v, g, beta, h0, ranges, y, state }),
      ],
    };
  },
};

export const scalarDeltaGradKernel: WasmKernel<ScalarDeltaAttrs, Formulas> = {
  op: 'scalarDeltaGrad',
  module,
  plan([, , q, , v, , , , ranges], { scale }, formulas) {
    const { B, T, H, HV, K, V } = sizes('scalarDeltaGrad', q!.shape, v!.shape);
    const { n, P } = timeOf(B, T, ranges?.shape);
    return {
      own: formulas.backwardScratch(ranges ? P : T, K, V),
      launches: ([dy, dstate, q, k, v, g, beta, h0, ranges], [dq, dk, dv, dg, dbeta, dh0]) => {
        const args = { n, P, H, HV, K, V, scale, dy, dstate, q, k, v, g, beta, h0, ranges, dq, dk, dv, dg, dbeta, dh0 };
        return [backward(n * H, args)];
      },
    };
  },
};
