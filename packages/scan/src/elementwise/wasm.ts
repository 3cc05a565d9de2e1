// Kernels of elementwise and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/elementwise.gen.ts';
import { timeOf } from '../ranges.ts';

export const elementwiseKernel: WasmKernel<object, Formulas> = {
  op: 'elementwise',
  module,
  plan([x, , , ranges], _attrs, formulas) {
    const [B, T, D] = x!.shape;
    const { n, P } = timeOf(B, T, ranges?.shape);
    const units = n * formulas.blocks(D);
    return {
      launches: ([x, g, h0, ranges], [y, state]) => [forward(units, { n, P, D, x, g, h0, ranges, y, state })],
    };
  },
};

export const elementwiseGradKernel: WasmKernel<object, Formulas> = {
  op: 'elementwiseGrad',
  module,
  plan([, , g, , , ranges], _attrs, formulas) {
    const [B, T, D] = g!.shape;
    const { n, P } = timeOf(B, T, ranges?.shape);
    const units = n * formulas.blocks(D);
    return {
      own: formulas.backwardScratch(),
      launches: ([dy, dstate, g, h0, y, ranges], [dx, dg, dh0]) => [
        backward(units, { n, P, D, dy, dstate, g, h0, y, ranges, dx, dg, dh0 }),
      ],
    };
  },
};
