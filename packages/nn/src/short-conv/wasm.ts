// WebAssembly kernels of shortConv.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module, weights } from '../gen/short-conv.gen.ts';
import type { ShortConvAttrs } from './op.ts';

export const shortConvKernel: WasmKernel<ShortConvAttrs, Formulas> = {
  op: 'shortConv',
  module,
  plan([x, weight], { activation }, { forwardUnits, forwardBytes }) {
    const [B, T, D] = x!.shape;
    const W = weight!.shape[1];
    const silu = activation === 'silu';
    return {
      own: forwardBytes(D, W),
      launches: ([x, weight, bias, h0], [y, state]) => [
        forward(forwardUnits(B, T), { B, T, D, W, silu, x, weight, bias, h0, y, state }),
      ],
    };
  },
};

export const shortConvGradKernel: WasmKernel<ShortConvAttrs, Formulas> = {
  op: 'shortConvGrad',
  module,
  plan([, , x, weight], { activation }, { blocks, sumsBytes, backwardBytes, weightsBytes }) {
    const [B, T, D] = x!.shape;
    const W = weight!.shape[1];
    const silu = activation === 'silu';
    return {
      shared: sumsBytes(B, D, W),
      own: Math.max(backwardBytes(T, D, W), weightsBytes(W)),
      launches: ([dy, dstate, x, weight, bias, h0], [dx, dweight, ...rest], sums) => {
        const dbias = bias && rest[0];
        const dh0 = h0 && rest[rest.length - 1];
        return [
          backward(B * blocks(D), { B, T, D, W, silu, dy, dstate, x, weight, bias, h0, dx, dh0, sums }),
          weights(blocks(D), { B, D, W, sums, dweight, dbias }),
        ];
      },
    };
  },
};
