// WebAssembly kernels of shortConv.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/short-conv.gen.ts';
import { sumsBytes } from '../rows.ts';
import type { ShortConvAttrs } from './op.ts';

export const shortConvKernel: WasmKernel<ShortConvAttrs> = {
  op: 'shortConv',
  module,
  plan([x, weight], { activation }) {
    const [B, T, D] = x!.shape;
    const W = weight!.shape[1];
    const silu = +(activation === 'silu');
    return {
      scratch: 4 * D * (W + 2 * (W - 1)),
      run(exports, [x, weight, bias, h0], [y, state], scratch) {
        exports.forward(B, T, D, W, silu, x, weight, bias, h0, y, state, scratch);
      },
    };
  },
};

export const shortConvGradKernel: WasmKernel<ShortConvAttrs> = {
  op: 'shortConvGrad',
  module,
  plan([, , x, weight, bias, h0], { activation }) {
    const [B, T, D] = x!.shape;
    const W = weight!.shape[1];
    const silu = +(activation === 'silu');
    const rows = W + 2 * (W - 1) + T + 2 * (W - 1) + W + 1;
    return {
      scratch: 4 * D * rows + sumsBytes((W + 1) * D),
      run(exports, [dy, dstate, x, weight, b, h], [dx, dweight, ...rest], scratch) {
        const dbias = bias ? rest[0] : 0;
        const dh0 = h0 ? rest[rest.length - 1] : 0;
        exports.backward(
          ...[B, T, D, W, silu, dy, dstate, x, weight, b as number, h as number],
          ...[dx, dweight, dbias, dh0, scratch],
        );
      },
    };
  },
};
