// The WebAssembly kernel of adamw.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/adamw.gen.ts';
import type { AdamWAttrs } from './op.ts';

export const adamwKernel: WasmKernel<AdamWAttrs> = {
  op: 'adamw',
  module,
  plan([param], { beta1, beta2, eps, weight_decay }) {
    const n = size(param!.shape);
    return {
      scratch: 0,
      run(exports, [param, grad, m, v, hyper]) {
        exports.adamw(n, param, grad, m, v, hyper, beta1, beta2, eps, weight_decay);
      },
    };
  },
};
