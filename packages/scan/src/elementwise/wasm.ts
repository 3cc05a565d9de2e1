// Kernels of elementwise and its gradient: the call, and a block of scratch.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/elementwise.gen.ts';

/** Channels of a block, as in assembly/elementwise. */
const block = 64;

export const elementwiseKernel: WasmKernel<object> = {
  op: 'elementwise',
  module,
  plan([x]) {
    const [B, T, D] = x!.shape;
    return {
      scratch: 0,
      run: (exports, ins, outs) => {
        exports.forward(0, B * Math.ceil(D / block), T, D, ...ins, ...outs);
      },
    };
  },
};

export const elementwiseGradKernel: WasmKernel<object> = {
  op: 'elementwiseGrad',
  module,
  plan([, , g]) {
    const [B, T, D] = g!.shape;
    return {
      scratch: 4 * block,
      run: (exports, ins, outs, scratch) => {
        exports.backward(0, B * Math.ceil(D / block), T, D, ...ins, ...outs, scratch);
      },
    };
  },
};
