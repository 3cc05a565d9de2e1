// Kernels of append and of its gradient.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { backward, forward, module } from '../gen/append.gen.ts';

export const appendKernel: WasmKernel<null> = {
  op: 'append',
  module,
  plan([buffer, x, , ranges]) {
    const [n, C] = buffer!.shape;
    const [B, each] = x!.shape;
    const T = ranges ? B * each : each;
    const row = size(buffer!.shape.slice(2));
    return {
      launches: ([buffer, x, position, ranges], [y]) => [forward(n, { n, C, T, row, buffer, x, position, ranges, y })],
    };
  },
};

export const appendGradKernel: WasmKernel<{ B: number; T: number }> = {
  op: 'appendGrad',
  module,
  plan([dy, , ranges], { B, T: each }) {
    const [n, C] = dy!.shape;
    const T = ranges ? B * each : each;
    const row = size(dy!.shape.slice(2));
    return {
      launches: ([dy, position, ranges], [dbuffer, dx]) => [
        backward(n, { n, C, T, row, dy, position, ranges, dbuffer, dx }),
      ],
    };
  },
};
