// The WebAssembly kernels of adamw and of its counter.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import * as launches from '../gen/adamw.gen.ts';
import type { AdamWAttrs } from './op.ts';

const { module } = launches;

export const adamwKernel: WasmKernel<AdamWAttrs, launches.Formulas> = {
  op: 'adamw',
  module,
  plan([param], { beta1, beta2, eps, weight_decay, lr = 1, scale = 1 }, { units }) {
    const n = size(param!.shape);
    const constants = { beta1, beta2, eps, decay: weight_decay, lr, scale };
    return {
      launches: ([param, grad, m, v, hyper, count, factor]) => [
        launches.adamw(units(n), { n, param, grad, m, v, hyper, count, factor, ...constants }),
      ],
    };
  },
};

export const advanceKernel: WasmKernel<null, launches.Formulas> = {
  op: 'advance',
  module,
  plan: () => ({ launches: ([count, factor]) => [launches.advance(1, { count, factor })] }),
};
