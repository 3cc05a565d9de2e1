// WebAssembly kernels of layerNorm.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module, total } from '../gen/layer-norm.gen.ts';
import { rowsOf } from '../rows.ts';
import type { LayerNormAttrs } from './op.ts';

export const layerNormKernel: WasmKernel<LayerNormAttrs, Formulas> = {
  op: 'layerNorm',
  module,
  plan([x], { eps }, { rowUnits }) {
    const [rows, D] = rowsOf(x!.shape);
    return {
      launches: ([x, weight, bias], [y]) => [forward(rowUnits(rows), { rows, D, eps, x, weight, bias, y })],
    };
  },
};

export const layerNormGradKernel: WasmKernel<LayerNormAttrs, Formulas> = {
  op: 'layerNormGrad',
  module,
  plan([, x, weight, bias], { eps }, { rowUnits, sumsBytes, totalUnits }) {
    const [rows, D] = rowsOf(x!.shape);
    const bytes = sumsBytes(rows, D);
    return {
      shared: weight || bias ? 2 * bytes : 0,
      launches: ([dy, x, w, b], [dx, ...rest], shared) => {
        const scales = w && shared;
        const shifts = b && shared + bytes;
        const sum = (sums: number, out: number) => total(totalUnits(D), { blocks: rowUnits(rows), n: D, sums, out });
        return [
          backward(rowUnits(rows), { rows, D, eps, dy, x, weight: w, dx, scales, shifts }),
          ...(w ? [sum(scales, rest[0])] : []),
          ...(b ? [sum(shifts, rest[rest.length - 1])] : []),
        ];
      },
    };
  },
};
