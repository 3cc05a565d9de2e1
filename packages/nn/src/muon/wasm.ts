// The WebAssembly kernels of both ends of a step of Muon.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import * as launches from '../gen/muon.gen.ts';
import type { MomentumAttrs, MoveAttrs } from './op.ts';

const { module } = launches;

export const muonMomentumKernel: WasmKernel<MomentumAttrs, launches.Formulas> = {
  op: 'muonMomentum',
  module,
  plan([grad], { momentum: beta, nesterov, scale }, { units }) {
    const n = size(grad!.shape);
    return {
      launches: ([grad, m, factor], [, y]) => [
        launches.momentum(units(n), { n, grad, m, y, factor, beta, nesterov, scale }),
      ],
    };
  },
};

export const muonMoveKernel: WasmKernel<MoveAttrs, launches.Formulas> = {
  op: 'muonMove',
  module,
  plan([param], { weight_decay: decay, lr, ratio }, { units }) {
    const n = size(param!.shape);
    return {
      launches: ([param, y, hyper, count, factor]) => [
        launches.move(units(n), { n, param, y, hyper, count, factor, decay, lr, ratio }),
      ],
    };
  },
};
