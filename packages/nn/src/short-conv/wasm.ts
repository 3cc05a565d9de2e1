// WebAssembly kernels of shortConv.
import type { Spec } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module, states, weights } from '../gen/short-conv.gen.ts';
import type { ShortConvAttrs } from './op.ts';

/** n sequences of T in P positions; in ranges, T is what the longest can have. */
function sizesOf(x: Spec, weight: Spec, ranges: Spec | null) {
  const [B, T, D] = x.shape;
  const P = B * T;
  return { n: ranges ? ranges.shape[0] : B, T: ranges ? P : T, P, D, W: weight.shape[1] };
}

export const shortConvKernel: WasmKernel<ShortConvAttrs, Formulas> = {
  op: 'shortConv',
  module,
  plan([x, weight, , , ranges], { activation }, { rowUnits, forwardBytes }) {
    const { n, T, P, D, W } = sizesOf(x!, weight!, ranges);
    const silu = activation === 'silu';
    return {
      own: forwardBytes(D, W),
      launches: ([x, weight, bias, h0, ranges], [y, state]) => [
        forward(rowUnits(P), { n, T, P, D, W, silu, x, weight, bias, h0, ranges, y }),
        states(n, { n, T, P, D, W, x, h0, ranges, state }),
      ],
    };
  },
};

export const shortConvGradKernel: WasmKernel<ShortConvAttrs, Formulas> = {
  op: 'shortConvGrad',
  module,
  plan([, , x, weight, , , ranges], { activation }, { blocks, sumsBytes, backwardBytes, weightsBytes }) {
    const { n, T, P, D, W } = sizesOf(x!, weight!, ranges);
    const silu = activation === 'silu';
    return {
      shared: sumsBytes(n, D, W),
      own: Math.max(backwardBytes(T, D, W), weightsBytes(W)),
      launches: ([dy, dstate, x, weight, bias, h0, ranges], [dx, dweight, ...rest], sums) => {
        const dbias = bias && rest[0];
        const dh0 = h0 && rest[rest.length - 1];
        return [
          backward(n * blocks(D), { n, T, P, D, W, silu, dy, dstate, x, weight, bias, h0, ranges, dx, dh0, sums }),
          weights(blocks(D), { n, D, W, sums, dweight, dbias }),
        ];
      },
    };
  },
};
