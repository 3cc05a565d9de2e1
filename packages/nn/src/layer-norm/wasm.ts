// WebAssembly kernels of layerNorm.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/layer-norm.gen.ts';
import { rowsOf, sumsBytes } from '../rows.ts';
import type { LayerNormAttrs } from './op.ts';

export const layerNormKernel: WasmKernel<LayerNormAttrs> = {
  op: 'layerNorm',
  module,
  plan([x], { eps }) {
    const [rows, D] = rowsOf(x!.shape);
    return {
      scratch: 0,
      run(exports, [x, weight, bias], [y]) {
        exports.forward(rows, D, eps, x, weight, bias, y);
      },
    };
  },
};

export const layerNormGradKernel: WasmKernel<LayerNormAttrs> = {
  op: 'layerNormGrad',
  module,
  plan([, x, weight, bias], { eps }) {
    const [rows, D] = rowsOf(x!.shape);
    const bytes = sumsBytes(D);
    return {
      scratch: weight || bias ? 2 * bytes : 0,
      run(exports, [dy, x, w], [dx, ...rest], sums) {
        const dweight = weight ? rest[0] : 0;
        const dbias = bias ? rest[rest.length - 1] : 0;
        exports.backward(
          ...[rows, D, eps, dy, x, w, dx, dweight, dbias],
          ...[weight ? sums : 0, bias ? sums + bytes : 0],
        );
      },
    };
  },
};
