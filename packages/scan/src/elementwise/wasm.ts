// Kernels of elementwise and its gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module } from '../gen/elementwise.gen.ts';

export const elementwiseKernel: WasmKernel<object, Formulas> = {
  op: 'elementwise',
  module,
  plan([x], _attrs, formulas) {
    const [B, T, D] = x!.shape;
    const units = B * formulas.blocks(D);
    return {
      launches: ([x, g, h0], [y, state]) => [forward(units, { T, D, x, g, h0, y, state })],
    };
  },
};

export const elementwiseGradKernel: WasmKernel<object, Formulas> = {
  op: 'elementwiseGrad',
  module,
  plan([, , g], _attrs, formulas) {
    const [B, T, D] = g!.shape;
    const units = B * formulas.blocks(D);
    return {
      own: formulas.backwardScratch(),
      launches: ([dy, dstate, g, h0, y], [dx, dg, dh0]) => [
        backward(units, { T, D, dy, dstate, g, h0, y, dx, dg, dh0 }),
      ],
    };
  },
};
