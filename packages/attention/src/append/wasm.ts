// Kernels of append and of its gradient.
import { type Shape, size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { backward, forward, module } from '../gen/append.gen.ts';

/** Of a ring and of x. With ranges, a sequence may be as long as all rows together. */
function sizes([n, C, ...rest]: Shape, B: number, T: number, ranges: object | null) {
  return { n, C, T: ranges ? B * T : T, row: size(rest) };
}

export const appendKernel: WasmKernel<null> = {
  op: 'append',
  module,
  plan([buffer, x, , ranges]) {
    const of = sizes(buffer!.shape, x!.shape[0], x!.shape[1], ranges);
    return {
      launches: ([buffer, x, position, ranges], [y]) => [forward(of.n, { ...of, buffer, x, position, ranges, y })],
    };
  },
};

export const appendGradKernel: WasmKernel<{ B: number; T: number }> = {
  op: 'appendGrad',
  module,
  plan([dy, , ranges], { B, T }) {
    const of = sizes(dy!.shape, B, T, ranges);
    return {
      launches: ([dy, position, ranges], [dbuffer, dx]) => [
        backward(of.n, { ...of, dy, position, ranges, dbuffer, dx }),
      ],
    };
  },
};
